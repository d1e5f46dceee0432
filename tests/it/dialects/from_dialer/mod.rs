mod clicks;
mod hostile;
mod security;
mod signatures;
