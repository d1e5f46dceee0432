mod hostile;
mod next_batch;
mod report_result;
mod schedule;
