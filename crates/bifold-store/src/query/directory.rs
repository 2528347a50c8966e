//! Assets and alarms. People, teams, services and policy come from the directory in memory.

use super::PAGE_LIMIT;
use crate::db::Sql;
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::asset::Asset;
use bifold_domain::record::State;
use bifold_domain::{AssetId, ServiceId};
use serde::Serialize;
use sqlx::FromRow;

/// One row of the inventory.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct AssetRow {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Its type.
    pub asset_type: String,
    /// Whether it is out of use.
    pub is_retired: bool,
}

/// Something that was done in an emergency and must be looked at.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct Alarm {
    /// The record.
    pub subject: String,
    /// The fact in its history.
    pub n: i64,
    /// What sort of alarm.
    pub kind: String,
    /// Who caused it.
    pub actor: String,
    /// When, microseconds since the epoch.
    pub at: i64,
}

impl Store {
    /// A page of the inventory by name, after the (name, id) given.
    pub async fn assets(&self, after: Option<(&str, &str)>, limit: u32) -> Result<Vec<AssetRow>> {
        let mut sql =
            Sql::new("SELECT id, version, name, asset_type, is_retired FROM asset WHERE org = ");
        sql.bind(&self.inner.org);
        if let Some((name, id)) = after {
            sql.push(" AND (name, id) > (")
                .bind(name)
                .push(", ")
                .bind(id)
                .push(")");
        }
        sql.push(" ORDER BY name, id LIMIT ")
            .bind(i64::from(limit.min(PAGE_LIMIT + 1)));
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// Assets in use that help to deliver a service, by name.
    pub async fn assets_of(&self, service: &ServiceId, limit: u32) -> Result<Vec<AssetRow>> {
        let mut lease = self.inner.db.reader().await?;
        let rows = Sql::new(
            "SELECT a.id, a.version, a.name, a.asset_type, a.is_retired \
             FROM asset_service s CROSS JOIN asset a \
             WHERE s.org = $1 AND s.service = $2 AND a.org = s.org AND a.id = s.asset \
             AND a.is_retired = FALSE ORDER BY a.name, a.id LIMIT $3",
        )
        .arg(&self.inner.org)
        .arg(service.as_str())
        .arg(i64::from(limit.min(PAGE_LIMIT)))
        .all(lease.conn())
        .await?;
        Ok(rows)
    }

    /// These assets, retired ones too, as far as they exist.
    pub async fn assets_by_id(
        &self,
        ids: impl IntoIterator<Item = &AssetId>,
    ) -> Result<Vec<AssetRow>> {
        let mut ids = ids.into_iter().take(PAGE_LIMIT as usize).peekable();
        if ids.peek().is_none() {
            return Ok(Vec::new());
        }
        let mut sql =
            Sql::new("SELECT id, version, name, asset_type, is_retired FROM asset WHERE org = ");
        sql.bind(&self.inner.org).push(" AND id IN (");
        for (i, id) in ids.enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.bind(id.as_str());
        }
        sql.push(")");
        let mut lease = self.inner.db.reader().await?;
        Ok(sql.all(lease.conn()).await?)
    }

    /// One asset.
    pub async fn asset(&self, id: &AssetId) -> Result<Option<(Asset, u64)>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64, String)> = Sql::new(
            "SELECT version, state FROM snapshot WHERE org = $1 AND id = $2 AND subject_type = 'asset'",
        )
        .arg(&self.inner.org)
        .arg(id.as_str())
        .first(lease.conn())
        .await?;
        let Some((version, state)) = row else {
            return Ok(None);
        };
        match State::from_json("asset", &state).map_err(Error::damaged)? {
            State::Asset(asset) => Ok(Some((
                *asset,
                u64::try_from(version).map_err(Error::damaged)?,
            ))),
            _ => Err(Error::damaged("a snapshot of another type")),
        }
    }

    /// The version of a directory record, for conflict checks.
    pub async fn version(&self, id: &str) -> Result<Option<u64>> {
        let mut lease = self.inner.db.reader().await?;
        let row: Option<(i64,)> =
            Sql::new("SELECT version FROM snapshot WHERE org = $1 AND id = $2")
                .arg(&self.inner.org)
                .arg(id)
                .first(lease.conn())
                .await?;
        row.map(|r| u64::try_from(r.0).map_err(Error::damaged))
            .transpose()
    }

    /// The newest alarms.
    pub async fn alarms(&self, limit: u32) -> Result<Vec<Alarm>> {
        let mut lease = self.inner.db.reader().await?;
        Ok(Sql::new(
            "SELECT subject, n, kind, actor, at FROM alarm WHERE org = $1 \
             ORDER BY at DESC, subject, n LIMIT $2",
        )
        .arg(&self.inner.org)
        .arg(i64::from(limit.min(PAGE_LIMIT)))
        .all(lease.conn())
        .await?)
    }
}
