//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{Agent, AgentCommand, AgentEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Agent {
    const TYPE: &'static str = StreamKind::Agent.as_str();
    type Command = AgentCommand;
    type Event = AgentEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: AgentCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AgentEvent) {
        Agent::apply(self, event);
    }
}

impl DomainEvent for AgentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
