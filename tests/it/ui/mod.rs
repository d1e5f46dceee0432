mod browser;
mod log_in;
mod qualifier;
mod the_link;
