//! `/go/SLUG`: a tracking link.
//!
//! The click is on disk before the answer leaves, so what was answered was counted. A click that cannot be kept is
//! answered all the same: whoever clicked wants to see the product.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{Click, Shared};
use crate::domain::link::Slug;

/// Said where there is no such link.
const NOT_FOUND: &str = "There is no such link. It may have been typed wrong.\n";

pub(super) async fn go(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    method: Method,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = slug.parse::<Slug>().ok().and_then(|slug| Some((shared.clicks.landing(&slug)?, slug)));
    let Some((landing, slug)) = found else {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], NOT_FOUND).into_response();
    };
    let at = shared.clock.now();
    let caller = shared.visitors.caller(&method, &headers);
    let address = if shared.behind_proxy { forwarded(&headers).unwrap_or(from.ip()) } else { from.ip() };
    let visitor = shared.visitors.number(at, address, &headers);
    shared.clicks.keep(Click { slug, at, caller, visitor }).await;
    let to = landing.page.to_string();
    // 302, and not to be kept: the next click must come here again. The product's page is told the brand's own address only.
    let fixed = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "origin")];
    (StatusCode::FOUND, fixed, [(header::LOCATION, to)]).into_response()
}

/// Whom the proxy in front says it speaks for: the last entry, the only one that it wrote itself.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}
