//! When is a click a repeat (C-15)? What makes it one is remembered as a key, with the answer that it got.

use super::caller::Signed;
use super::interested::Click;
use super::reject::Reject;
use chrono::Duration;
use domain::keys::{Key, TakeKey};
use domain::time::Instant;

/// How long an `Idempotency-Key` keeps its answer, in days.
const IDEMPOTENCY_DAYS: i64 = 7;
/// How long an identical click that names neither lead nor phone is the same click, in seconds.
const CONTENT_SECONDS: i64 = 10;
/// How long a v2 signature's nonce is remembered, in minutes: longer than the signature can be good, which is twice the
/// window (C-07).
const NONCE_MINUTES: i64 = 11;

/// By what a request would be known again, and what it is told if that belongs to another.
pub struct Receipt {
    pub take: TakeKey,
    pub clash: Reject,
}

impl Click<'_> {
    /// By what a repeat is known (C-15): its key, its signature, its call, or for a moment its content.
    pub fn receipts(&self, now: Instant) -> Vec<Receipt> {
        let credential = self.caller.machine.id.into();
        let receipt = |key, until: Option<Duration>| {
            let until = until.map(|duration| now + duration);
            let take = TakeKey { key, holder: self.digest.to_owned(), until, outcome: None };
            Receipt { take, clash: Reject::IdempotencyKeyReused }
        };
        let mut receipts = Vec::new();
        if let Some(digest) = &self.key {
            let until = Some(Duration::days(IDEMPOTENCY_DAYS));
            receipts.push(receipt(Key::idempotency(credential, digest), until));
        }
        match &self.caller.signed {
            Some(Signed { digest, nonce: Some(nonce) }) => {
                let key = Key::content(credential, &format!("nonce:{nonce}"));
                let mut receipt = receipt(key, Some(Duration::minutes(NONCE_MINUTES)));
                digest.clone_into(&mut receipt.take.holder);
                receipts.push(Receipt { clash: Reject::NonceUsed, ..receipt });
            }
            Some(Signed { digest, nonce: None }) => {
                receipts.push(receipt(Key::content(credential, &format!("signature:{digest}")), None));
            }
            None => {}
        }
        if self.fields.call().is_some() {
            receipts.push(receipt(Key::content(credential, &format!("call:{}", self.digest)), None));
        } else if self.fields.text("phone").is_none() && self.fields.text("lead_id").is_none() {
            let until = Some(Duration::seconds(CONTENT_SECONDS));
            receipts.push(receipt(Key::content(credential, self.digest), until));
        }
        receipts
    }
}
