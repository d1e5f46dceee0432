mod clicks;
mod field_values;
mod hostile;
mod matching;
mod names_and_notes;
mod security;
mod signatures;
