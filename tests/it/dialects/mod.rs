mod dialer_panel;
mod from_dialer;
mod native;
mod scheduling;
mod telecaller;
