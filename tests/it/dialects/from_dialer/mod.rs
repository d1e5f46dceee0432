mod clicks;
mod hostile;
mod security;
