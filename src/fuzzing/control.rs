//! The socket in the data folder: frames of requests (`q`) and answers (`a`), and the document of a request alone (`j`).

use super::{Became, split, told, wait};
use crate::app::control::Request;
use crate::app::control::wire::{BODY_MAX, Said, read, write};
use crate::domain::num::u64_of_len;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn run(bytes: &[u8]) -> Became {
    let (kind, rest) = split(bytes);
    match kind {
        b'a' => frame::<Said>(rest),
        b'j' => match serde_json::from_slice::<Request>(rest) {
            Ok(request) => {
                assert_eq!(super::same_again(&request), request);
                let bytes = wait(written(&request, &[]));
                assert_eq!(frame::<Request>(&bytes), Became::Taken, "what one end writes the other reads");
                Became::Taken
            }
            Err(_) => Became::Refused,
        },
        _ => frame::<Request>(rest),
    }
}

async fn written<T: Serialize>(document: &T, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, document, u64_of_len(body.len())).await.expect("a document that was read can be written");
    bytes.extend_from_slice(body);
    bytes
}

fn frame<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) -> Became {
    let mut rest = bytes;
    let (document, body) = match wait(read::<T>(&mut rest)) {
        Ok(Some(taken)) => taken,
        Ok(None) => {
            assert!(bytes.is_empty(), "only nothing is nothing");
            return Became::Refused;
        }
        Err(error) => {
            told(&error.to_string());
            return Became::Refused;
        }
    };
    assert!(body.len() <= bytes.len() && u64_of_len(body.len()) <= BODY_MAX, "no more bytes than came");
    let again = wait(written(&document, &body));
    let mut rest = again.as_slice();
    let read = wait(read::<T>(&mut rest)).expect("what was written is read").expect("a frame");
    assert_eq!(read, (document, body));
    assert!(rest.is_empty(), "one frame is one frame");
    Became::Taken
}
