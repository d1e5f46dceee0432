mod clicks;
mod field_values;
mod hostile;
mod security;
mod signatures;
