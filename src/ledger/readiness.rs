//! Readiness: can this service serve as it should, and if not, why? Appends go through, the read models run and keep up.

use super::Ledger;
use super::error::RecordError;
use serde::Serialize;
use std::time::Duration;

/// Read models may be this many positions behind and still be called ready.
const LAG_MAX: i64 = 100_000;
/// How long the read models may stand still while there is something to follow.
const UNMOVED_MAX: Duration = Duration::from_secs(5);
/// How long an append may take, or the append lock be held.
const APPEND_MAX: Duration = Duration::from_secs(2);

/// What a service that can serve has to show.
#[derive(Clone, Debug, Serialize)]
pub struct Readiness {
    /// `ready`, or what the first problem comes to: `unavailable`, `behind`, `degraded`.
    pub status: &'static str,
    /// Why it cannot serve as it should, in sentences; empty: it can.
    pub problems: Vec<String>,
    /// The last position of the log.
    pub position: i64,
    pub followed: i64,
    pub lag: i64,
    /// Read models that are held back.
    pub paused: Vec<Standing>,
    /// Read models that were held back or are new, and are catching up.
    pub recovering: Vec<Standing>,
}

/// Where a read model stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    pub projection: String,
    pub position: i64,
}

impl Ledger {
    /// Whether the service can serve as it should.
    pub async fn readiness(&self) -> Result<Readiness, RecordError> {
        let views = self.views();
        let (head, checkpoints) = (views.head().await?, views.checkpoints().await?);
        let followed = views.followed().await?;
        let mut problems = self.append_problems().await?;
        problems.extend(self.follow_problems(head, followed).await?);
        let standing = |checkpoint: &projections::checkpoint::Checkpoint| Standing {
            projection: checkpoint.projection.clone(),
            position: checkpoint.position,
        };
        let paused: Vec<_> = checkpoints.iter().filter(|c| c.paused_by.is_some()).map(standing).collect();
        let held_back = |model: &Standing| ("degraded", format!("read model {} is paused", model.projection));
        problems.extend(paused.iter().map(held_back));
        Ok(Readiness {
            status: problems.first().map_or("ready", |(word, _)| *word),
            problems: problems.into_iter().map(|(_, problem)| problem).collect(),
            position: head,
            followed,
            lag: (head - followed).max(0),
            paused,
            recovering: checkpoints.iter().filter(|c| c.is_recovering).map(standing).collect(),
        })
    }

    async fn append_problems(&self) -> Result<Vec<(&'static str, String)>, RecordError> {
        let mut problems = Vec::new();
        let appends = self.appends();
        if appends.is_failing() || appends.waited().is_some_and(|waited| waited > APPEND_MAX) {
            problems.push(("unavailable", "appends do not go through".to_owned()));
        }
        let held = self.lock_held_seconds().await?;
        if let Some(seconds) = held.filter(|seconds| *seconds > APPEND_MAX.as_secs_f64()) {
            let problem = format!("a session of the database has held the append lock for {seconds:.0} s");
            problems.push(("unavailable", problem));
        }
        if self.views().is_ahead().await? {
            let problem = "the log's newest time lies ahead of the database's clock; set that clock right";
            problems.push(("unavailable", problem.to_owned()));
        }
        Ok(problems)
    }

    async fn follow_problems(
        &self,
        head: i64,
        followed: i64,
    ) -> Result<Vec<(&'static str, String)>, RecordError> {
        let mut problems = Vec::new();
        if let Some(position) = self.views().diverged_at().await? {
            let problem = format!(
                "the log does not hold the event that the read models stand at (position {position}): it was cut off, or is \
                 another log"
            );
            problems.push(("behind", problem));
        }
        if let Some(stuck) = self.views().stuck().await? {
            problems.push(("behind", format!("nobody can follow the log any further: {stuck}")));
        }
        let lag = self.views().lag().await?.unwrap_or_default();
        let unmoved = self.inner.following.unmoved();
        if head > followed && lag > UNMOVED_MAX && unmoved > UNMOVED_MAX {
            let problem = format!("the read models have not moved for {} s", unmoved.as_secs());
            problems.push(("behind", problem));
        } else if head - followed > LAG_MAX {
            problems.push(("behind", format!("the read models are {} positions behind", head - followed)));
        }
        Ok(problems)
    }
}
