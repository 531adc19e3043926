//! The device flow (RFC 8628): a command line or an editor shows a short code, its user types it where they are logged
//! in, and the program, which asks meanwhile, gets tokens of its own.

use domain::UserId;

use super::{Accounts, AuthEntry, AuthEvent, Origin, Tokens, digest, fresh_secret, random, too_many};
use crate::problem::Problem;
use crate::storage::{DeviceRow, StoreError};

/// How long a code is good.
const LIFE_MS: i64 = 600_000;
/// How long a program waits between two questions.
const PAUSE_MS: i64 = 5_000;
/// Codes that have ended are told from codes that never were for this long.
const REMEMBER_MS: i64 = 3_600_000;
/// Twenty consonants: no digits that look like letters, and no words (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH: usize = 8;

/// What a program is told when it asks to be let in.
#[derive(Debug, Clone)]
pub struct Begun {
    /// For the program's own questions.
    pub device_code: String,
    /// For its user, with a dash in the middle.
    pub user_code: String,
    /// Seconds until both end.
    pub expires_in: i64,
    /// Seconds between two questions.
    pub interval: i64,
}

/// What a program hears when it asks for its tokens.
#[derive(Debug)]
pub enum Heard {
    /// Nobody has decided yet.
    Pending,
    /// It asks too often: from now on five seconds more between two questions.
    SlowDown,
    /// Nobody has decided in time, or the tokens were given already.
    Expired,
    /// Its user said no.
    Denied,
    /// There was never such a code.
    Unknown,
    /// It is let in.
    Tokens(Tokens),
}

/// `BCDF-GHJK`.
pub fn with_dash(code: &str) -> String {
    match code.split_at_checked(CODE_LENGTH / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).take(CODE_LENGTH + 1).collect::<String>().to_ascii_uppercase()
}

fn fresh_code() -> Result<String, Problem> {
    let mut code = String::new();
    while code.len() < CODE_LENGTH {
        // Above 240 some letters would come more often than others.
        let usable = random::<16>()?.into_iter().filter(|byte| *byte < 240);
        code.extend(usable.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])));
    }
    code.truncate(CODE_LENGTH);
    Ok(code)
}

impl Accounts {
    /// A program asks to be let in.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_device(&self, origin: &Origin) -> Result<Begun, Problem> {
        let (device_code, now) = (format!("dmd_{}", fresh_secret()?), crate::streams::now().as_millisecond());
        loop {
            let user_code = fresh_code()?;
            let row = DeviceRow {
                hash: digest(&device_code),
                user_code: user_code.clone(),
                client: origin.client.clone(),
                address: origin.address.clone(),
                created_at: now,
                expires_at: now + LIFE_MS,
                pause: PAUSE_MS,
                asked_at: 0,
                state: "pending".to_owned(),
                user: String::new(),
            };
            match self.store.add_device(&row, now - REMEMBER_MS).await {
                Ok(()) => {
                    let user_code = with_dash(&user_code);
                    return Ok(Begun { device_code, user_code, expires_in: LIFE_MS / 1000, interval: PAUSE_MS / 1000 });
                }
                // Another program waits with the same code.
                Err(StoreError::Taken(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The program asks for its tokens. They are given once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ask_device(&self, device_code: &str, origin: &Origin) -> Result<Heard, Problem> {
        let (hash, now) = (digest(device_code), crate::streams::now().as_millisecond());
        let Some(device) = self.store.device(&hash).await? else { return Ok(Heard::Unknown) };
        match device.state.as_str() {
            _ if device.expires_at <= now => Ok(Heard::Expired),
            "approved" if self.store.take_device(&hash, "approved").await? => {
                let user = device.user.parse().map_err(super::internal)?;
                let origin = Origin { client: device.client, ..origin.clone() };
                self.begin(user, "device", &origin).await.map(Heard::Tokens)
            }
            "denied" => {
                self.store.take_device(&hash, "denied").await?;
                Ok(Heard::Denied)
            }
            "pending" => {
                let early = now - device.asked_at < device.pause;
                let pause = device.pause + if early { PAUSE_MS } else { 0 };
                self.store.device_asked(&hash, now, pause).await?;
                Ok(if early { Heard::SlowDown } else { Heard::Pending })
            }
            _ => Ok(Heard::Expired),
        }
    }

    /// The program that waits under the code that somebody typed.
    ///
    /// # Errors
    /// There is none; 429 after too many codes that were none.
    pub async fn waiting_device(&self, user: UserId, typed: &str) -> Result<DeviceRow, Problem> {
        let name = user.to_string();
        self.wrong_codes.take(&name).await.map_err(too_many)?;
        let now = crate::streams::now().as_millisecond();
        match self.store.waiting_device(&plain(typed), now).await? {
            Some(device) => {
                // Forgiving wrong codes for a right one would let whoever has a code of their own guess others.
                self.wrong_codes.give_back(&name).await;
                Ok(device)
            }
            None => {
                let detail = "No program waits with this code. Codes are good for ten minutes and for one use.";
                Err(Problem { detail: detail.to_owned(), field: Some("user_code".to_owned()), ..Problem::not_found() })
            }
        }
    }

    /// Lets a waiting program in, or turns it away.
    ///
    /// # Errors
    /// As [`Self::waiting_device`].
    pub async fn decide_device(
        &self,
        user: UserId,
        typed: &str,
        approve: bool,
        origin: &Origin,
    ) -> Result<DeviceRow, Problem> {
        let device = self.waiting_device(user, typed).await?;
        let now = crate::streams::now().as_millisecond();
        let (state, event) = match approve {
            true => ("approved", AuthEvent::DeviceApproved),
            false => ("denied", AuthEvent::DeviceDenied),
        };
        // Recorded first: a program that is let in without a trace is worse than a trace of one that was not.
        self.record(AuthEntry::new(event, user, &device.client, origin)).await?;
        match self.store.decide_device(&device.user_code, state, &user.to_string(), now).await? {
            true => Ok(device),
            false => Err(Problem::not_found()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_typed_as_people_type() {
        for typed in ["bcdf-ghjk", "BCDFGHJK", " bcdf ghjk ", "b.c.d.f-g.h.j.k"] {
            assert_eq!(plain(typed), "BCDFGHJK", "{typed}");
        }
        assert_ne!(plain("BCDFGHJKL"), "BCDFGHJK", "one too many is another code");
        assert_eq!(with_dash("BCDFGHJK"), "BCDF-GHJK");
    }

    #[test]
    fn codes_are_of_eight_letters_and_differ() {
        let codes: std::collections::HashSet<_> = (0..200).map(|_| fresh_code().unwrap()).collect();
        assert_eq!(codes.len(), 200);
        assert!(codes.iter().all(|code| code.len() == 8 && code.bytes().all(|byte| LETTERS.contains(&byte))));
    }
}
