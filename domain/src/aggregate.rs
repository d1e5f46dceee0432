//! Where the streams meet `cqrs-es`; nothing else in the domain knows of it. They meet it all alike.

use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

/// Declares streams: module, state, command, event.
macro_rules! aggregates {
    ($($module:ident: $kind:ident, $command:ident, $event:ident;)*) => {$(
        impl Aggregate for crate::$module::$kind {
            const TYPE: &'static str = StreamKind::$kind.as_str();
            type Command = crate::$module::$command;
            type Event = crate::$module::$event;
            type Error = Refusal;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                (): &(),
                sink: &EventSink<Self>,
            ) -> Result<(), Refusal> {
                for event in crate::$module::decide(self, &command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                crate::$module::$kind::apply(self, event);
            }
        }

        impl DomainEvent for crate::$module::$event {
            fn event_type(&self) -> String {
                self.name().to_owned()
            }

            fn event_version(&self) -> String {
                self.version().to_owned()
            }
        }
    )*};
}

aggregates! {
    lead: Lead, LeadCommand, LeadEvent;
    agent: Agent, AgentCommand, AgentEvent;
    dialing: Dialing, DialingCommand, DialingEvent;
    batch: Batch, BatchCommand, BatchEvent;
    credential: Credential, CredentialCommand, CredentialEvent;
    dead_letter: DeadLetter, DeadLetterCommand, DeadLetterEvent;
    report: Report, ReportCommand, ReportEvent;
    log: Log, LogCommand, LogEvent;
}
