//! The address of a post as people paste it, read as platform and post id.
//!
//! Refuses: opening it. A short link that hides its target is read by its own code.

use super::ids::{Platform, PostRef};

/// Which post an address is of. `None`: it is not the address of a post of a platform that is known here.
#[must_use]
pub fn read(url: &str) -> Option<(Platform, PostRef)> {
    let rest = url.trim().trim_start_matches('<').trim_end_matches('>');
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| rest.strip_prefix(scheme)).unwrap_or(rest);
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let host = parts.next()?.to_ascii_lowercase();
    let host = ["www.", "m.", "mobile."].into_iter().find_map(|lead| host.strip_prefix(lead)).unwrap_or(&host);
    let parts: Vec<&str> = parts.collect();
    let asked = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name);
    let video = || asked("v").map(|pair| pair.1);
    let (platform, id) = match (host, parts.as_slice()) {
        ("youtube.com", ["watch"]) => (Platform::Youtube, video()?),
        ("youtube.com", ["shorts" | "live", id, ..]) | ("youtu.be", [id, ..]) => (Platform::Youtube, *id),
        (
            "instagram.com",
            ["p" | "reel" | "reels" | "tv", id, ..] | [_, "p" | "reel", id, ..] | ["stories", _, id, ..],
        ) => (Platform::Instagram, *id),
        ("tiktok.com", [_, "video" | "photo", id, ..]) | ("vm.tiktok.com" | "vt.tiktok.com", [id, ..]) => {
            (Platform::Tiktok, *id)
        }
        ("twitch.tv", ["videos", id, ..] | [_, "clip", id, ..]) | ("clips.twitch.tv", [id, ..]) => {
            (Platform::Twitch, *id)
        }
        ("x.com" | "twitter.com", [_, "status", id, ..]) => (Platform::X, *id),
        ("facebook.com", ["watch"]) => (Platform::Facebook, video()?),
        ("facebook.com", ["reel", id, ..] | [_, "posts" | "videos", id, ..]) => (Platform::Facebook, *id),
        _ => return None,
    };
    PostRef::new(id).ok().map(|post| (platform, post))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, want: Option<(Platform, &str)>) {
        let got = read(url);
        assert_eq!(got.as_ref().map(|(platform, post)| (*platform, post.as_str())), want, "{url}");
    }

    #[test]
    fn addresses_are_read_as_people_paste_them() {
        check("https://www.instagram.com/reel/C1a_b-2/?igsh=x", Some((Platform::Instagram, "C1a_b-2")));
        check("instagram.com/almalind/p/C1ab", Some((Platform::Instagram, "C1ab")));
        check("<https://www.youtube.com/watch?t=4&v=dQw4w9WgXcQ>", Some((Platform::Youtube, "dQw4w9WgXcQ")));
        check("https://youtu.be/dQw4w9WgXcQ?si=1", Some((Platform::Youtube, "dQw4w9WgXcQ")));
        check(
            "https://www.tiktok.com/@alma/video/7300000000000000000",
            Some((Platform::Tiktok, "7300000000000000000")),
        );
        check("https://twitter.com/alma/status/17", Some((Platform::X, "17")));
        check("https://www.twitch.tv/videos/99", Some((Platform::Twitch, "99")));
    }

    #[test]
    fn what_is_no_post_is_not_taken_for_one() {
        for url in [
            "",
            "https://",
            "hello",
            "https://www.instagram.com/almalind/",
            "https://youtube.com/watch",
            "https://example.org/p/1",
        ] {
            check(url, None);
        }
    }
}
