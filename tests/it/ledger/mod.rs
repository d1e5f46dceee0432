mod chain;
mod follow;
mod postgres_es;
mod rebuild;
