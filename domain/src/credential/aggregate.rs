//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{Credential, CredentialCommand, CredentialEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Credential {
    const TYPE: &'static str = StreamKind::Credential.as_str();
    type Command = CredentialCommand;
    type Event = CredentialEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: CredentialCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: CredentialEvent) {
        Credential::apply(self, event);
    }
}

impl DomainEvent for CredentialEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
