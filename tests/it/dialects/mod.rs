mod dialer_panel;
mod native;
mod telecaller;
