//! Where the lead meets `cqrs-es`; nothing else in the domain of leads knows of it.

use super::{Lead, LeadCommand, LeadEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Lead {
    const TYPE: &'static str = StreamKind::Lead.as_str();
    type Command = LeadCommand;
    type Event = LeadEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(&mut self, command: LeadCommand, (): &(), sink: &EventSink<Self>) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: LeadEvent) {
        Lead::apply(self, event);
    }
}

impl DomainEvent for LeadEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
