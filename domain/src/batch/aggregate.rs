//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{Batch, BatchCommand, BatchEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Batch {
    const TYPE: &'static str = StreamKind::Batch.as_str();
    type Command = BatchCommand;
    type Event = BatchEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: BatchCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BatchEvent) {
        Batch::apply(self, event);
    }
}

impl DomainEvent for BatchEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
