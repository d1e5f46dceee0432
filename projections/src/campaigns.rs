//! What did advertisements bring? Leads of social networks, as they are now.

use crate::Views;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// What they amount to.
#[derive(Clone, Copy, PartialEq, Debug, FromRow)]
pub struct AdSums {
    pub leads: i64,
    pub converted: i64,
    pub value_hundredths: i64,
    /// Three for hot, two for warm, one for cold.
    pub quality_points: i64,
}

/// What a campaign brought.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct CampaignSums {
    pub campaign_id: String,
    pub leads: i64,
    pub converted: i64,
}

const OF_ADS: &str = "FROM lead WHERE (source IN ('facebook', 'instagram') OR campaign_id IS NOT NULL) \
    AND deleted_at IS NULL \
    AND ($1::timestamptz IS NULL OR created_at >= $1) AND ($2::timestamptz IS NULL OR created_at < $2)";

impl Views {
    /// All of them, created from `from` on and before `before`.
    pub async fn ad_sums(
        &self,
        from: Option<DateTime<Utc>>,
        before: Option<DateTime<Utc>>,
    ) -> Result<AdSums, sqlx::Error> {
        let sql = format!(
            "SELECT count(*) AS leads, count(*) FILTER (WHERE stage = 'converted') AS converted, \
             COALESCE(sum(value_hundredths) FILTER (WHERE stage = 'converted'), 0)::bigint AS value_hundredths, \
             COALESCE(sum(CASE quality WHEN 'hot' THEN 3 WHEN 'warm' THEN 2 ELSE 1 END), 0)::bigint AS quality_points \
             {OF_ADS}"
        );
        sqlx::query_as(&sql).bind(from).bind(before).fetch_one(&self.pool).await
    }

    /// By campaign, the one with the most leads first.
    pub async fn campaign_sums(
        &self,
        from: Option<DateTime<Utc>>,
        before: Option<DateTime<Utc>>,
    ) -> Result<Vec<CampaignSums>, sqlx::Error> {
        let sql = format!(
            "SELECT campaign_id, count(*) AS leads, count(*) FILTER (WHERE stage = 'converted') AS converted \
             {OF_ADS} AND campaign_id IS NOT NULL GROUP BY campaign_id ORDER BY leads DESC, campaign_id LIMIT 1000"
        );
        sqlx::query_as(&sql).bind(from).bind(before).fetch_all(&self.pool).await
    }
}
