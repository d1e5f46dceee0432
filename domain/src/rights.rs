//! Who may do what, and whose leads and calls do they see (C-36)? The one table that the operations of people ask.

use crate::ids::AgentId;
use crate::principal::Role;
use crate::status::words;

words! {
    /// Something that people do.
    Deed {
        /// One's own profile and password, and logging out.
        Self_ = "self",
        ReadUsers = "read_users",
        ReadUser = "read_user",
        RegisterUsers = "register_users",
        ChangeUsers = "change_users",
        /// Switching somebody on or off.
        SwitchUsers = "switch_users",
        DeleteUsers = "delete_users",
        ReadLeads = "read_leads",
        ChangeLeads = "change_leads",
        AssignLeads = "assign_leads",
        DeleteLeads = "delete_leads",
        ReadCalls = "read_calls",
        MakeCalls = "make_calls",
        DeleteCalls = "delete_calls",
        ReadCampaigns = "read_campaigns",
        NameCampaigns = "name_campaigns",
        ReadReports = "read_reports",
        WriteReports = "write_reports",
        DeleteReports = "delete_reports",
        ExportReports = "export_reports",
        ReadDashboards = "read_dashboards",
        /// The panel's switch, windows and holidays.
        ReadSchedule = "read_schedule",
        /// Stopping and starting all dialing; whoever is no admin says why.
        TurnSwitch = "turn_switch",
        /// Windows, holidays, the zone, and the lock on the switch.
        SetSchedule = "set_schedule",
        /// The panel's numbers and how many there are of each status.
        ReadNumbers = "read_numbers",
        /// One number's status.
        ChangeNumbers = "change_numbers",
        /// Adding, exporting and deleting numbers, and changing many at once.
        ManageNumbers = "manage_numbers",
        /// The panel's people.
        ManagePeople = "manage_people",
        /// Figures of the panel's dashboard.
        ReadStatistics = "read_statistics",
        /// Events of the log and what is behind a figure, as far as one's reach goes.
        ReadLog = "read_log",
        /// All that is kept beside the log: read models, dead letters, restatements, verifications.
        ReadLedger = "read_ledger",
        VerifyLedger = "verify_ledger",
        /// Rebuilding, resolving dead letters, lifting suppressions.
        RepairLedger = "repair_ledger",
    }
}

impl Role {
    /// Whether this role may do that at all; on whom and what, [`Reach`] says.
    pub const fn may(self, deed: Deed) -> bool {
        match deed {
            Deed::Self_
            | Deed::ReadUser
            | Deed::ReadLeads
            | Deed::ReadCalls
            | Deed::ReadReports
            | Deed::ExportReports
            | Deed::ReadDashboards => true,
            Deed::ReadUsers | Deed::ReadCampaigns => {
                matches!(self, Self::Admin | Self::Supervisor | Self::Auditor | Self::Analyst)
            }
            Deed::ChangeUsers | Deed::ChangeLeads | Deed::MakeCalls | Deed::WriteReports => {
                matches!(self, Self::Admin | Self::Supervisor | Self::Telecaller | Self::Agent)
            }
            Deed::AssignLeads
            | Deed::SwitchUsers
            | Deed::ReadSchedule
            | Deed::TurnSwitch
            | Deed::ReadStatistics => {
                matches!(self, Self::Admin | Self::Supervisor)
            }
            Deed::ReadNumbers => {
                matches!(self, Self::Admin | Self::Supervisor | Self::Telecaller | Self::Agent)
            }
            Deed::ChangeNumbers => matches!(self, Self::Admin | Self::Telecaller | Self::Agent),
            Deed::ReadLog => matches!(self, Self::Admin | Self::Supervisor | Self::Auditor | Self::Analyst),
            Deed::ReadLedger => matches!(self, Self::Admin | Self::Auditor | Self::Analyst),
            Deed::VerifyLedger => matches!(self, Self::Admin | Self::Auditor),
            Deed::RegisterUsers
            | Deed::DeleteUsers
            | Deed::DeleteLeads
            | Deed::DeleteCalls
            | Deed::DeleteReports
            | Deed::NameCampaigns
            | Deed::SetSchedule
            | Deed::ManageNumbers
            | Deed::ManagePeople
            | Deed::RepairLedger => matches!(self, Self::Admin),
        }
    }
}

/// Whose leads and calls somebody sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    All,
    /// Those of these people; `nobodys`: and those of nobody, for whoever gives them out.
    Only {
        agents: Vec<AgentId>,
        nobodys: bool,
    },
}

impl Reach {
    /// Of the person of that id; `team` are those whom they lead.
    pub fn of(id: AgentId, role: Role, team: impl IntoIterator<Item = AgentId>) -> Self {
        match role {
            Role::Admin | Role::Auditor | Role::Analyst => Self::All,
            Role::Supervisor => {
                let agents = std::iter::once(id).chain(team).collect();
                Self::Only { agents, nobodys: true }
            }
            Role::Telecaller | Role::Agent => Self::Only { agents: vec![id], nobodys: false },
        }
    }

    /// Whether what belongs to this agent is among it.
    pub fn covers(&self, agent_id: Option<AgentId>) -> bool {
        match (self, agent_id) {
            (Self::All, _) => true,
            (Self::Only { agents, .. }, Some(agent_id)) => agents.contains(&agent_id),
            (Self::Only { nobodys, .. }, None) => *nobodys,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// B-171
    #[test]
    fn admins_may_all_and_those_who_only_look_change_nothing() {
        for &deed in Deed::ALL {
            assert!(Role::Admin.may(deed), "{deed}");
            assert_eq!(Role::Telecaller.may(deed), Role::Agent.may(deed), "one role under two names: {deed}");
            for looks_only in [Role::Auditor, Role::Analyst] {
                let changes = !matches!(
                    deed,
                    Deed::Self_
                        | Deed::ReadUser
                        | Deed::ReadUsers
                        | Deed::ReadLeads
                        | Deed::ReadCalls
                        | Deed::ReadCampaigns
                        | Deed::ReadReports
                        | Deed::ExportReports
                        | Deed::ReadDashboards
                        | Deed::ReadLog
                        | Deed::ReadLedger
                        | Deed::VerifyLedger
                );
                assert!(!(changes && looks_only.may(deed)), "{looks_only} {deed}");
            }
        }
    }

    #[test]
    fn telecallers_see_their_own_supervisors_their_team_and_what_is_nobodys() {
        let [own, mate, other] = [1, 2, 3].map(|n| AgentId(Uuid::from_u128(n)));
        let sees = |role| {
            let reach = Reach::of(own, role, [mate]);
            [Some(own), Some(mate), Some(other), None].map(|agent| reach.covers(agent))
        };
        assert_eq!(sees(Role::Telecaller), [true, false, false, false]);
        assert_eq!(sees(Role::Supervisor), [true, true, false, true]);
        assert_eq!(sees(Role::Admin), [true; 4]);
        assert_eq!(sees(Role::Auditor), [true; 4]);
    }
}
