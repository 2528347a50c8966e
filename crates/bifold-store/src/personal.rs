//! A person's own settings: preferences and saved views.
//!
//! Like sessions they are no facts: nobody decides them and no ledger holds them. A saved view is
//! the text of a query under a name. It shows nobody more than they may see, because the query
//! runs for whoever opens it.

use crate::db::{Sql, Value};
use crate::error::{Error, Result};
use crate::own::Own;
use crate::store::Store;
use bifold_domain::refusal::Invalid;
use bifold_domain::{At, PersonId, Refusal, TeamId, Viewer};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// The most characters of a view's name.
pub const VIEW_NAME_CHARS: usize = 60;
/// The most bytes of a view's query.
pub const VIEW_QUERY_BYTES: usize = 2_000;
/// Views that one person may keep.
pub const VIEWS_LIMIT: usize = 50;
/// Views that others share, as listed at most.
const SHARED_LIMIT: i64 = 200;
/// The most bytes of a language tag (BCP 47 asks for 35 at least).
const LANGUAGE_BYTES: usize = 35;
/// The most bytes of what names the first view.
const DEFAULT_VIEW_BYTES: usize = 200;

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme, in order.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in forms and in storage.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// How a person wants the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Language tag, such as `de`; `None` is what the browser asks for.
    pub language: Option<String>,
    /// Light or dark.
    pub theme: Theme,
    /// Whether single letters are shortcuts (WCAG 2.1.4 wants them to be switched off easily).
    pub single_keys: bool,
    /// The view that the queue opens with: the id of a saved one or the name of a given one.
    pub default_view: Option<String>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::default(),
            single_keys: true,
            default_view: None,
        }
    }
}

impl Preferences {
    fn check(&self) -> std::result::Result<(), Invalid> {
        if let Some(language) = &self.language {
            within(language, "language", LANGUAGE_BYTES)?;
        }
        if let Some(view) = &self.default_view {
            within(view, "default view", DEFAULT_VIEW_BYTES)?;
        }
        Ok(())
    }
}

/// With whom a view is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Sharing {
    /// With nobody.
    Nobody,
    /// With everybody who signs in.
    Everybody,
    /// With a team.
    Team {
        /// Which.
        team: TeamId,
    },
}

/// A query under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// Whose it is; only the owner changes it.
    pub owner: PersonId,
    /// Its name.
    pub name: String,
    /// The query, as in the address of a page.
    pub query: String,
    /// With whom it is shared.
    pub sharing: Sharing,
    /// When it was made.
    pub created_at: At,
}

#[derive(FromRow)]
struct ViewRow {
    id: String,
    owner: String,
    name: String,
    query: String,
    is_shared: bool,
    team: Option<String>,
    created_at: i64,
}

impl TryFrom<ViewRow> for SavedView {
    type Error = Error;

    fn try_from(row: ViewRow) -> Result<Self> {
        let sharing = match (row.is_shared, row.team) {
            (false, _) => Sharing::Nobody,
            (true, None) => Sharing::Everybody,
            (true, Some(team)) => Sharing::Team {
                team: TeamId::parse(&team).map_err(Error::damaged)?,
            },
        };
        Ok(Self {
            id: row.id,
            owner: PersonId::parse(&row.owner).map_err(Error::damaged)?,
            name: row.name,
            query: row.query,
            sharing,
            created_at: At::from_micros(row.created_at),
        })
    }
}

fn within(text: &str, field: &'static str, limit_bytes: usize) -> std::result::Result<(), Invalid> {
    if text.len() > limit_bytes {
        return Err(Invalid::TooLong { field, limit_bytes });
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::ControlCharacter { field });
    }
    Ok(())
}

/// The name as it is kept, or why it cannot be one.
fn view_name(name: &str) -> std::result::Result<String, Invalid> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Invalid::Empty { field: "name" });
    }
    // Characters, because that is what people count.
    if name.chars().count() > VIEW_NAME_CHARS {
        return Err(Invalid::OutOfRange {
            field: "the number of characters in the name",
            min: 1,
            max: i64::try_from(VIEW_NAME_CHARS).unwrap_or(i64::MAX),
        });
    }
    within(name, "name", 4 * VIEW_NAME_CHARS)?;
    Ok(name.to_owned())
}

fn unfit(why: Invalid) -> Error {
    Refusal::BadValue { why }.into()
}

const OWN_PREFERENCES: Own = Own {
    table: "preference",
};

const COLUMNS: &str = "SELECT id, owner, name, query, is_shared, team, created_at FROM saved_view";

impl Store {
    /// How a person wants the pages; the defaults when they never said.
    pub async fn preferences(&self, person: &PersonId) -> Result<Preferences> {
        let mut lease = self.inner.db.reader().await?;
        // Nobody is kept from their work by a colour that cannot be read.
        OWN_PREFERENCES
            .read(lease.conn(), &self.inner.org, person.as_str())
            .await
    }

    /// Keeps how a person wants the pages.
    pub async fn set_preferences(&self, person: &PersonId, wanted: &Preferences) -> Result<()> {
        wanted.check().map_err(unfit)?;
        self.keep_own(&OWN_PREFERENCES, person, wanted).await
    }

    /// The views of this person and those shared with them, by name.
    pub async fn saved_views(&self, viewer: &Viewer) -> Result<Vec<SavedView>> {
        let mut sql = Sql::new(COLUMNS);
        sql.push(" WHERE org = ").bind(&self.inner.org);
        sql.push(" AND (owner = ")
            .bind(viewer.person.as_str())
            .push(" OR (is_shared = TRUE AND (team IS NULL OR team IN ");
        let teams: Vec<&str> = viewer.teams.iter().map(TeamId::as_str).collect();
        sql.list(&teams).push("))) ORDER BY CASE WHEN owner = ");
        // Own views come first, so that no flood of shared ones hides them.
        sql.bind(viewer.person.as_str())
            .push(" THEN 0 ELSE 1 END, name, id LIMIT ");
        sql.bind(SHARED_LIMIT);
        let mut lease = self.inner.db.reader().await?;
        let rows: Vec<ViewRow> = sql.all(lease.conn()).await?;
        rows.into_iter().map(SavedView::try_from).collect()
    }

    /// Keeps a query under a name. A view of the same owner and name is replaced and keeps its
    /// id. It can be shared with everybody or with a team that the owner belongs to.
    pub async fn save_view(
        &self,
        owner: &Viewer,
        name: &str,
        query: &str,
        sharing: &Sharing,
    ) -> Result<SavedView> {
        let name = view_name(name).map_err(unfit)?;
        within(query, "query", VIEW_QUERY_BYTES).map_err(unfit)?;
        let (is_shared, team) = match sharing {
            Sharing::Nobody => (false, None),
            Sharing::Everybody => (true, None),
            Sharing::Team { team } if owner.teams.contains(team) => (true, Some(team.as_str())),
            Sharing::Team { .. } => return Err(Refusal::no("team of yours").into()),
        };
        let mut tx = self.inner.db.begin().await?;
        let others: Option<(i64,)> = Sql::new(
            "SELECT COUNT(*) FROM saved_view WHERE org = $1 AND owner = $2 AND name <> $3",
        )
        .arg(&self.inner.org)
        .arg(owner.person.as_str())
        .arg(&name)
        .first(tx.conn())
        .await?;
        let others = others.map_or(0, |c| usize::try_from(c.0).unwrap_or(usize::MAX));
        if others >= VIEWS_LIMIT {
            let (what, limit) = ("saved views", VIEWS_LIMIT);
            return Err(Refusal::TooMany { what, limit }.into());
        }
        Sql::new(
            "INSERT INTO saved_view (org, id, owner, name, query, is_shared, team, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (org, owner, name) DO UPDATE SET \
             query = excluded.query, is_shared = excluded.is_shared, team = excluded.team",
        )
        .arg(&self.inner.org)
        .arg(self.inner.shell.ids.next_uuid())
        .arg(owner.person.as_str())
        .arg(&name)
        .arg(query)
        .arg(is_shared)
        .arg(team.map_or(Value::NullText, Value::from))
        .arg(self.now())
        .run(tx.conn())
        .await?;
        let mut sql = Sql::new(COLUMNS);
        sql.push(" WHERE org = ").bind(&self.inner.org);
        sql.push(" AND owner = ").bind(owner.person.as_str());
        sql.push(" AND name = ").bind(&name);
        let saved: Option<ViewRow> = sql.first(tx.conn()).await?;
        tx.commit().await?;
        saved
            .ok_or_else(|| Error::damaged("a saved view is not there"))?
            .try_into()
    }

    /// Removes a view; `false` when this person owns none such.
    pub async fn delete_view(&self, owner: &PersonId, id: &str) -> Result<bool> {
        let mut tx = self.inner.db.begin().await?;
        let removed = Sql::new("DELETE FROM saved_view WHERE org = $1 AND owner = $2 AND id = $3")
            .arg(&self.inner.org)
            .arg(owner.as_str())
            .arg(id)
            .run(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(removed > 0)
    }
}
