//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{DeadLetter, DeadLetterCommand, DeadLetterEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for DeadLetter {
    const TYPE: &'static str = StreamKind::DeadLetter.as_str();
    type Command = DeadLetterCommand;
    type Event = DeadLetterEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: DeadLetterCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DeadLetterEvent) {
        DeadLetter::apply(self, event);
    }
}

impl DomainEvent for DeadLetterEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
