mod bodies;
mod dialer_panel;
mod docs;
mod from_dialer;
mod native;
mod phones;
mod scheduling;
mod telecaller;
