//! What each path answers.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::fields::{self, Field};
use super::world::{InstagramWorld, Media, Product, Profile, Standing};
use super::{Call, InstagramConfig, Login, Refusal, insights, no_path};

/// Rows of a page unless it is asked for another number.
const PAGE: usize = 25;
/// Rows of a page at most.
const PAGE_MAX: usize = 100;
/// Ids that are asked for at once.
const IDS_MAX: usize = 50;

/// One question of somebody who is let in.
pub(super) struct Asked<'a> {
    pub world: &'a InstagramWorld,
    pub config: &'a InstagramConfig,
    pub call: &'a Call<'a>,
    /// Whose token it is.
    pub owner: &'a str,
    /// The address as `paging.next` has it.
    pub base: &'a str,
}

impl Asked<'_> {
    pub fn answer(&self) -> Result<Value, Refusal> {
        match self.call.parts.as_slice() {
            [] => self.by_ids(),
            ["me"] => self.account(&self.own()?),
            ["me", "accounts"] if self.call.login == Login::Facebook => self.pages(),
            [who, "media"] => self.listed(&self.named(who)?, false),
            [_, "stories"] if self.call.login == Login::Instagram && !self.config.stories_for_all => {
                Err(no_field("stories", "IGUser"))
            }
            [who, "stories"] => self.listed(&self.named(who)?, true),
            [id, "insights"] => match self.world.media(id) {
                Some(media) => {
                    let media = self.visible(media)?;
                    insights::of_media(&media, self.config, self.call)
                }
                None => insights::of_account(&self.named(id)?, self.config, self.call),
            },
            [id] => match self.world.media(id) {
                Some(media) => self.media(&self.visible(media)?, &self.fields()?, false),
                None => self.account(&self.named(id)?),
            },
            _ => Err(no_path()),
        }
    }

    fn fields(&self) -> Result<Vec<Field>, Refusal> {
        let text = self.call.param("fields").unwrap_or_default();
        fields::read(text).ok_or_else(|| Refusal::new(400, 2_500, None, "Syntax error in the field expansion"))
    }

    /// The account behind the token; with Facebook Login `me` is the person, who is no account.
    fn own(&self) -> Result<Profile, Refusal> {
        if self.call.login == Login::Facebook {
            return Err(Refusal::bad("(#100) Tried accessing nonexistent field (followers_count) on node type (User)"));
        }
        self.world.profile(self.owner).ok_or_else(|| Refusal::no_object("me"))
    }

    /// The account with an id, which must be the token's own.
    fn named(&self, id: &str) -> Result<Profile, Refusal> {
        if id == "me" {
            return self.own();
        }
        let found =
            self.world.profile(id).filter(|one| one.username == self.owner && (one.id == id || one.scoped == id));
        found.ok_or_else(|| Refusal::no_object(id))
    }

    /// Media of others, deleted media and stories of yesterday are not there.
    fn visible(&self, media: Media) -> Result<Media, Refusal> {
        let own = media.username == self.owner && media.is_there(self.call.now);
        if own { Ok(media) } else { Err(Refusal::no_object(&media.id)) }
    }

    /// `/me/accounts`: the person's pages, each with the account that is linked to it.
    fn pages(&self) -> Result<Value, Refusal> {
        let linked = self.world.profile(self.owner).ok_or_else(|| Refusal::no_object("me"))?;
        let other = json!({"id": "1002"});
        let page = json!({
            "id": "1001", "instagram_business_account": {"id": linked.id, "username": linked.username},
        });
        Ok(json!({"data": [other, page], "paging": {"cursors": {"before": "MA==", "after": "MQ=="}}}))
    }

    fn account(&self, profile: &Profile) -> Result<Value, Refusal> {
        let mut said = Map::new();
        for field in self.fields()? {
            let value = match field.name.as_str() {
                "business_discovery" if self.call.login == Login::Facebook => self.discovered(&field)?,
                "user_id" if self.call.login == Login::Instagram => json!(profile.id),
                name => self.of_profile(profile, name).ok_or_else(|| no_field(name, "IGUser"))?,
            };
            said.insert(field.name, value);
        }
        let id = if self.call.login == Login::Instagram { &profile.scoped } else { &profile.id };
        said.insert("id".to_owned(), json!(id));
        Ok(Value::Object(said))
    }

    fn of_profile(&self, profile: &Profile, name: &str) -> Option<Value> {
        Some(match name {
            "id" => json!(profile.id),
            "username" | "name" => json!(profile.username),
            "followers_count" => json!(profile.followers),
            "media_count" => {
                let posted = self.world.posted(&profile.username, false, self.call.now);
                json!(posted.iter().filter(|media| media.is_there(self.call.now)).count())
            }
            _ => return None,
        })
    }

    /// Media of an account, page by page. A page is cut first and cleared of what is deleted afterwards, so that it may be
    /// empty and still have a next one.
    fn listed(&self, profile: &Profile, stories: bool) -> Result<Value, Refusal> {
        let limit = self.call.param("limit").map_or(Some(PAGE), |text| text.parse().ok()).unwrap_or(PAGE);
        let posted = self.world.posted(&profile.username, stories, self.call.now);
        let (rows, after) = self.page(&posted, std::cmp::min(limit, PAGE_MAX), self.call.param("after"))?;
        let fields = self.fields()?;
        let data: Vec<Value> = rows.iter().map(|row| self.media(row, &fields, false)).collect::<Result<_, _>>()?;
        let mut paging = json!({"cursors": {"before": "QVFIUbefore", "after": after.cursor}});
        if after.more
            && let Some(members) = paging.as_object_mut()
        {
            let (path, token) = (self.call.parts.join("/"), self.call.token.unwrap_or_default());
            let version = self.call.version.unwrap_or_default();
            let next =
                format!("{}/{version}/{path}?access_token={token}&limit={limit}&after={}", self.base, after.cursor);
            members.insert("next".to_owned(), json!(next));
        }
        Ok(json!({"data": data, "paging": paging}))
    }

    fn page(&self, posted: &[Media], limit: usize, after: Option<&str>) -> Result<(Vec<Media>, After), Refusal> {
        let skip = match after {
            None => 0,
            Some(cursor) => cursor
                .strip_prefix("QVFIU")
                .and_then(|rest| rest.strip_suffix("ZD"))
                .and_then(|rest| rest.parse::<usize>().ok())
                .ok_or_else(|| Refusal::bad("(#100) Invalid cursor"))?,
        };
        let end = std::cmp::min(skip + std::cmp::max(limit, 1), posted.len());
        let rows = posted.get(skip..end).unwrap_or_default();
        let there = rows.iter().filter(|media| media.is_there(self.call.now)).cloned().collect();
        Ok((there, After { cursor: format!("QVFIU{end}ZD"), more: end < posted.len() }))
    }

    /// `/?ids=`: each of them, or none where one of them is not there.
    fn by_ids(&self) -> Result<Value, Refusal> {
        let ids: Vec<&str> =
            self.call.param("ids").unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return Err(no_path());
        }
        if IDS_MAX < ids.len() {
            return Err(Refusal::bad("(#100) Too many IDs. Maximum: 50"));
        }
        let fields = self.fields()?;
        let mut said = Map::new();
        for id in ids {
            let media = self.world.media(id).ok_or_else(|| Refusal::no_object(id))?;
            said.insert(id.to_owned(), self.media(&self.visible(media)?, &fields, false)?);
        }
        Ok(Value::Object(said))
    }

    fn media(&self, media: &Media, fields: &[Field], discovered: bool) -> Result<Value, Refusal> {
        let mut said = Map::new();
        for field in fields {
            let value = match field.name.as_str() {
                "id" => Some(json!(media.id)),
                "caption" => media.caption.as_ref().map(|text| json!(text)),
                "media_type" => Some(json!(media.media_type)),
                // The reference has it for Facebook Login alone.
                "media_product_type" if self.call.login == Login::Facebook => Some(json!(media.product.as_str())),
                "permalink" => Some(json!(permalink(media))),
                "shortcode" if !discovered => Some(json!(media.code)),
                "timestamp" => Some(json!(written(media.published_at))),
                "username" => Some(json!(media.username)),
                "like_count" => (!(discovered && media.likes_hidden)).then(|| json!(media.likes)),
                "comments_count" => Some(json!(media.comments)),
                "view_count" if discovered => media
                    .numbers
                    .get("view_count")
                    .filter(|_| media.product == Product::Reels)
                    .map(|views| json!(views)),
                "view_count" => None,
                other => return Err(no_field(other, "IGMedia")),
            };
            if let Some(value) = value {
                said.insert(field.name.clone(), value);
            }
        }
        said.entry("id".to_owned()).or_insert_with(|| json!(media.id));
        Ok(Value::Object(said))
    }

    /// The public numbers of a professional account, whoever's it is.
    fn discovered(&self, field: &Field) -> Result<Value, Refusal> {
        let unknown = || Refusal::new(400, 110, Some(2_207_013), "Invalid user id");
        let name =
            field.argument("username").ok_or_else(|| Refusal::bad("(#100) The parameter username is required"))?;
        let found = self.world.profile(name).filter(|one| one.username.eq_ignore_ascii_case(name));
        let profile = found.filter(|one| one.standing == Standing::Professional).ok_or_else(unknown)?;
        let mut said = Map::new();
        for field in &field.fields {
            let value = if field.name == "media" {
                let posted = self.world.posted(&profile.username, false, self.call.now);
                let limit = field.argument("limit").and_then(|text| text.parse().ok()).unwrap_or(PAGE);
                let (rows, after) = self.page(&posted, limit, field.argument("after"))?;
                let data: Vec<Value> =
                    rows.iter().map(|row| self.media(row, &field.fields, true)).collect::<Result<_, _>>()?;
                let mut cursors = Map::new();
                if field.argument("after").is_some() {
                    cursors.insert("before".to_owned(), json!("QVFIUbefore"));
                }
                if after.more {
                    cursors.insert("after".to_owned(), json!(after.cursor));
                }
                json!({"data": data, "paging": {"cursors": cursors}})
            } else {
                self.of_profile(&profile, &field.name).ok_or_else(|| no_field(&field.name, "IGUser"))?
            };
            said.insert(field.name.clone(), value);
        }
        said.insert("id".to_owned(), json!(profile.id));
        Ok(Value::Object(said))
    }
}

struct After {
    cursor: String,
    more: bool,
}

fn no_field(name: &str, node: &str) -> Refusal {
    Refusal::bad(format!("(#100) Tried accessing nonexistent field ({name}) on node type ({node})"))
}

fn permalink(media: &Media) -> String {
    match media.product {
        Product::Feed => format!("https://www.instagram.com/p/{}/", media.code),
        Product::Reels => format!("https://www.instagram.com/reel/{}/", media.code),
        Product::Story => format!("https://instagram.com/stories/{}/{}", media.username, media.code),
    }
}

/// `2026-08-14T15:00:07+0000`: no colon in the offset, and no fraction.
fn written(at: Timestamp) -> String {
    let whole = at.checked_sub(SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()))).unwrap_or(at);
    whole.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
