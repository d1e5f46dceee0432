//! Log-in limits (C-48): how many wrong passwords are too many, and whom do they stop?
//!
//! | counted in 15 minutes | at the limit |
//! |---|---|
//! | 5 failures by account and address | this address is refused for this account |
//! | 20 failures by address | this address is refused for every account |
//! | 50 failures by account, from wherever | nobody is refused; each log-in takes a second longer, and the admins are told |
//!
//! So nobody can lock anybody else out: the right password from an address without failures always opens. An account is one,
//! whether it is named by its user name or its e-mail address; an address of IPv6 stands for its /64, which is what one
//! customer of a provider has. Right passwords cost nothing. The first figure is `LEDGER_RATE_LIMIT_AUTH`, the others grow
//! with it.

use super::limits::{Standing, Windows};
use crate::clock::Clock;
use std::sync::Arc;
use std::time::Duration;

/// For each failure that an account may have at an address, so many may an address have in all.
const BY_ADDRESS: u32 = 4;
/// For each failure that an account may have at an address, so many may it have everywhere before it is slowed down.
const BY_ACCOUNT: u32 = 10;
/// How much longer a log-in takes once the account is slowed down.
pub const SLOWED_BY: Duration = Duration::from_secs(1);

/// Failed log-ins of the last quarter of an hour.
pub struct LogInLimits {
    /// `None` limits nobody.
    limit: Option<u32>,
    clock: Arc<dyn Clock>,
    /// Separate tables, so that a flood of one kind cannot evict the counters of another.
    at_address: Windows,
    addresses: Windows,
    accounts: Windows,
    /// Accounts of which the admins have been told.
    told: Windows,
}

/// A try to log in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Try {
    /// The account; for names that nobody has, something that stands for the name.
    pub account: String,
    /// As [`super::client_address::counted_as`] has it; `None`: from within, counted by account only.
    pub address: Option<String>,
}

impl Try {
    fn at_address(&self) -> String {
        format!("{} {}", self.address.as_deref().unwrap_or("-"), self.account)
    }
}

/// A try that may be made. It counts as a failure unless it is forgiven.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// Where the account stands at this address; `None` without limits.
    pub standing: Option<Standing>,
    /// Failures of the account from everywhere, this try among them.
    pub of_account: u32,
    /// Whether so many failed for this account that its log-ins are slowed down.
    pub is_slowed: bool,
}

impl LogInLimits {
    /// Nobody has failed yet.
    pub fn new(limit: Option<u32>, clock: Arc<dyn Clock>) -> Self {
        let windows = || Windows::new(clock.clone());
        let (at_address, addresses, accounts, told) = (windows(), windows(), windows(), windows());
        Self { limit, clock, at_address, addresses, accounts, told }
    }

    /// Seconds that this address has to wait, whatever account it asks for.
    pub fn wait_seconds(&self, address: &str) -> Option<i64> {
        let counted = self.addresses.get(address);
        (counted.count >= self.limit?.saturating_mul(BY_ADDRESS)).then_some(counted.seconds_left)
    }

    /// Counts a try before its password is known to be wrong, so that many tries at once are many; an error is the seconds
    /// to wait.
    pub fn admit(&self, one: &Try) -> Result<Admitted, i64> {
        let Some(limit) = self.limit else {
            return Ok(Admitted { standing: None, of_account: 0, is_slowed: false });
        };
        let own = one.at_address();
        let counted = self.at_address.add_within(&own, limit).map_err(|full| full.seconds_left)?;
        if let Some(address) = &one.address
            && let Err(full) = self.addresses.add_within(address, limit.saturating_mul(BY_ADDRESS))
        {
            self.at_address.take_back(&own);
            return Err(full.seconds_left);
        }
        let of_account = self.accounts.add(&one.account).count;
        let is_slowed = of_account > limit.saturating_mul(BY_ACCOUNT);
        let standing = Some(Standing::new(limit, counted, self.clock.now()));
        Ok(Admitted { standing, of_account, is_slowed })
    }

    /// Whether it is to be told now that an account is slowed down: once in a window.
    pub fn is_to_be_told(&self, account: &str) -> bool {
        self.told.add_within(account, 1).is_ok()
    }

    /// Takes back what was counted for a try that turned out right; answers where the account stands at this address then.
    pub fn forgive(&self, one: &Try) -> Option<Standing> {
        let limit = self.limit?;
        let own = one.at_address();
        self.at_address.take_back(&own);
        if let Some(address) = &one.address {
            self.addresses.take_back(address);
        }
        self.accounts.take_back(&one.account);
        Some(Standing::new(limit, self.at_address.get(&own), self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::tests::Hand;
    use super::*;

    fn one(account: &str, address: &str) -> Try {
        Try { account: account.to_owned(), address: Some(address.to_owned()) }
    }

    /// C-48
    #[test]
    fn five_by_account_and_address_and_twenty_by_address() {
        let clock = Arc::new(Hand::default());
        let limits = LogInLimits::new(Some(5), clock.clone());
        for used in 1..=5 {
            assert_eq!(limits.admit(&one("ann", "a")).unwrap().standing.unwrap().used, used);
        }
        clock.pass(300);
        assert_eq!(limits.admit(&one("ann", "a")), Err(600));
        assert!(limits.admit(&one("ann", "b")).is_ok(), "another address");
        for n in 0..15 {
            assert_eq!(limits.wait_seconds("a"), None);
            assert!(limits.admit(&one(&format!("other {}", n / 5), "a")).is_ok());
        }
        assert_eq!(limits.wait_seconds("a"), Some(600));
        assert_eq!(limits.admit(&one("carl", "a")), Err(600));
        assert_eq!(limits.at_address.get("a carl").count, 0, "what is refused is not counted");
        clock.pass(600);
        assert!(limits.admit(&one("ann", "a")).is_ok());
    }

    /// C-48
    #[test]
    fn many_addresses_slow_an_account_down_and_never_lock_it() {
        let limits = LogInLimits::new(Some(5), Arc::new(Hand::default()));
        for n in 1..=400u32 {
            let admitted = limits.admit(&one("ann", &(n / 5).to_string())).unwrap();
            assert_eq!((admitted.of_account, admitted.is_slowed), (n, n > 50));
        }
        let right = one("ann", "her own");
        assert!(limits.admit(&right).unwrap().is_slowed);
        assert_eq!(limits.forgive(&right).unwrap().used, 0);
        assert!(!limits.admit(&one("ben", "her own")).unwrap().is_slowed);
    }

    /// C-48: right passwords cost nothing, however many.
    #[test]
    fn right_passwords_are_not_counted() {
        let limits = LogInLimits::new(Some(5), Arc::new(Hand::default()));
        for _ in 0..100 {
            let right = one("ann", "a");
            assert!(limits.admit(&right).is_ok());
            limits.forgive(&right);
        }
        assert!(LogInLimits::new(None, Arc::new(Hand::default())).admit(&one("ann", "a")).is_ok());
    }
}
