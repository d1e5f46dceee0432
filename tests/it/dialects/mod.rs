mod dialer_panel;
mod docs;
mod from_dialer;
mod native;
mod scheduling;
mod telecaller;
