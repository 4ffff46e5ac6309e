//! Values whose end takes time.

use std::ops::Deref;
use std::thread;

/// Ends its value on a thread of its own: a Kafka client waits for the question in work, and neither the runtime's
/// threads nor a server that stops may wait with it.
pub(crate) struct Aside<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> Aside<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T: Send + 'static> Deref for Aside<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => unreachable!("only its end takes the value"),
        }
    }
}

impl<T: Send + 'static> Drop for Aside<T> {
    fn drop(&mut self) {
        let value = self.0.take();
        // Where no thread can be had the value ends here: later, but it ends.
        let ending = thread::Builder::new().name("ending".into()).spawn(move || drop(value));
        drop(ending);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::Aside;

    /// Ends once it hears something, and says so.
    struct Lingering(mpsc::Receiver<()>, mpsc::Sender<()>);

    impl Drop for Lingering {
        fn drop(&mut self) {
            self.0.recv().unwrap_or_default();
            self.1.send(()).unwrap_or_default();
        }
    }

    #[test]
    fn nobody_waits_for_the_end() {
        let (go, heard) = mpsc::channel();
        let (say, ended) = mpsc::channel();
        let began = Instant::now();
        drop(Aside::new(Lingering(heard, say)));
        assert!(ended.try_recv().is_err(), "{:?}", began.elapsed());
        go.send(()).expect("it waits");
        assert!(ended.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}
