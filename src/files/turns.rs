//! One file at a time: reading one takes a processor and some memory, so those who upload at once wait for each other, and
//! nobody else waits for them.

use super::FileError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The turn at reading a file.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    /// Reads on a thread of its own when the turn comes. The turn lasts until the reading ends, even where nobody waits for
    /// it any more.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
    ) -> Result<T, FileError> {
        let turn = self.0.clone().acquire_owned().await.map_err(|_| FileError::Panicked)?;
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            guarded(work)
        });
        reading.await.unwrap_or(Err(FileError::Panicked))
    }
}

/// A panic inside a reader is the file's fault (K14): no file may make the service answer 500.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(FileError::Panicked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// K14
    #[tokio::test]
    async fn a_panic_of_a_reader_is_an_error_and_the_next_file_is_read() {
        let turns = Turns::default();
        let panicked = turns.read(|| -> Result<(), FileError> { panic!("a reader's own fault") }).await;
        assert!(matches!(panicked, Err(FileError::Panicked)));
        assert_eq!(turns.read(|| Ok(2)).await.unwrap(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn files_are_read_one_after_another() {
        let (turns, at_once) = (Turns::default(), Arc::new(AtomicUsize::new(0)));
        let reads = (0..8).map(|_| {
            let at_once = at_once.clone();
            turns.read(move || {
                let others = at_once.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(5));
                at_once.fetch_sub(1, Ordering::SeqCst);
                Ok(others)
            })
        });
        for others in futures_util::future::join_all(reads).await {
            assert_eq!(others.unwrap(), 0);
        }
    }
}
