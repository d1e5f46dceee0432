//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{Dialing, DialingCommand, DialingEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Dialing {
    const TYPE: &'static str = StreamKind::Dialing.as_str();
    type Command = DialingCommand;
    type Event = DialingEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: DialingCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DialingEvent) {
        Dialing::apply(self, event);
    }
}

impl DomainEvent for DialingEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
