//! Where this stream meets `cqrs-es`; nothing else here knows of it.

use super::{Report, ReportCommand, ReportEvent, decide};
use crate::Refusal;
use crate::stream::StreamKind;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};

impl Aggregate for Report {
    const TYPE: &'static str = StreamKind::Report.as_str();
    type Command = ReportCommand;
    type Event = ReportEvent;
    type Error = Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReportCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        for event in decide(self, &command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReportEvent) {
        Report::apply(self, event);
    }
}

impl DomainEvent for ReportEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
