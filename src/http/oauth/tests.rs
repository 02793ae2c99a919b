use super::*;

fn app(provider: &'static Provider) -> OauthApp {
    let mut app = OauthApp::new(provider, "app-1", SecretString::from("SECRET-CANARY".to_owned()), &["one", "two"]);
    if provider.authorize.0.is_empty() {
        app.authorize_url = "https://nordbo.myshopify.com".to_owned();
        app.token_url = app.authorize_url.clone();
    }
    app
}

fn attempt(app: &OauthApp) -> Attempt {
    app.begin("http://127.0.0.1:7777/callback", [7; 32], [9; 32]).expect("an address")
}

/// The state of an attempt that began with sevens.
const STATE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

#[test]
fn people_are_sent_where_each_platform_asks_them() {
    let sent: Vec<String> = providers::ALL.iter().map(|provider| attempt(&app(provider)).url).collect();
    insta::assert_snapshot!(sent.join("\n"), @r"
    https://accounts.google.com/o/oauth2/v2/auth?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one+two&access_type=offline&prompt=consent&code_challenge=g80hPkaKL7rbUpYj1pvTaDr7jxOh8KvDFn00a94wNxk&code_challenge_method=S256
    https://www.instagram.com/oauth/authorize?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one%2Ctwo
    https://www.facebook.com/v25.0/dialog/oauth?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one%2Ctwo
    https://www.tiktok.com/v2/auth/authorize/?client_key=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one%2Ctwo&code_challenge=83cd213e468a2fbadb529623d69bd3683afb8f13a1f0abc3167d346bde303719&code_challenge_method=S256
    https://business-api.tiktok.com/portal/auth?app_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&scope=one+two
    https://nordbo.myshopify.com/admin/oauth/authorize?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&scope=one%2Ctwo
    https://id.twitch.tv/oauth2/authorize?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one+two
    https://x.com/i/oauth2/authorize?client_id=app-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback&state=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc&response_type=code&scope=one+two&code_challenge=g80hPkaKL7rbUpYj1pvTaDr7jxOh8KvDFn00a94wNxk&code_challenge_method=S256
    ");
}

#[track_caller]
fn check(provider: &'static Provider, came: &str, want: Result<&str, &str>) {
    let app = app(provider);
    let got = app.code(&attempt(&app), came);
    let got = got.map(|code| code.expose_secret().to_owned()).map_err(|error| error.to_string());
    assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{came}");
}

#[test]
fn a_code_is_taken_only_from_the_way_back_of_this_attempt() {
    let back = |rest: &str| format!("http://127.0.0.1:7777/callback?{rest}");
    check(&providers::GOOGLE, &back(&format!("state={STATE}&code=4%2F0A")), Ok("4/0A"));
    check(&providers::GOOGLE, &format!("  state={STATE}&code=abc\n"), Ok("abc"));
    check(&providers::INSTAGRAM, &back(&format!("code=abc&state={STATE}#_")), Ok("abc"));
    check(&providers::TIKTOK_ADS, &back(&format!("auth_code=abc&code=zzz&state={STATE}")), Ok("abc"));
    let stranger = "what came back does not belong to this attempt; start again and use the newest address only";
    for came in ["code=abc", "code=abc&state=", "code=abc&state=Bw", "", "error=access_denied"] {
        check(&providers::GOOGLE, &back(came), Err(stranger));
    }
    let none = "there is no `code` in what came back; paste the whole address that the browser ended at";
    check(&providers::GOOGLE, &back(&format!("state={STATE}&code=")), Err(none));
    let denied = "Google gave no code: `access_denied`; open the address again and agree";
    check(&providers::GOOGLE, &back(&format!("state={STATE}&error=access_denied")), Err(denied));
    let refused = "Google gave no code: `refused`; open the address again and agree";
    check(&providers::GOOGLE, &back(&format!("state={STATE}&error=a%20CANARY%20text")), Err(refused));
}

#[test]
fn the_way_back_from_shopify_is_signed() {
    let rest = format!("code=abc&shop=nordbo.myshopify.com&state={STATE}&timestamp=1");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"SECRET-CANARY").expect("a key");
    mac.update(rest.as_bytes());
    let hmac = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    check(&providers::SHOPIFY, &format!("/callback?hmac={hmac}&{rest}"), Ok("abc"));
    let stranger = "what came back does not belong to this attempt; start again and use the newest address only";
    check(&providers::SHOPIFY, &format!("/callback?{rest}"), Err(stranger));
    check(&providers::SHOPIFY, &format!("/callback?hmac={hmac}&{rest}&more=1"), Err(stranger));
}

#[test]
fn a_bare_code_is_taken_only_where_a_verifier_binds_it() {
    assert!(app(&providers::GOOGLE).bare_code(" abc ").is_ok());
    for (provider, given) in [(&providers::FACEBOOK, "abc"), (&providers::GOOGLE, ""), (&providers::GOOGLE, "a b")] {
        assert!(app(provider).bare_code(given).is_err(), "{given}");
    }
}

#[test]
fn an_address_must_be_one() {
    for given in ["x", "ftp://x", ""] {
        let mut app = app(&providers::SHOPIFY);
        given.clone_into(&mut app.authorize_url);
        assert!(app.begin("http://127.0.0.1:1/", [0; 32], [0; 32]).is_err(), "{given}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let app = app(&providers::X);
    let attempt = attempt(&app);
    let shown = format!("{app:?} {attempt:?} {}", attempt.url);
    assert!(!shown.contains("SECRET-CANARY"), "{shown}");
    assert!(!shown.contains(attempt.verifier.expose_secret()), "{shown}");
}
