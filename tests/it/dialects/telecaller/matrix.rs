//! Every route, every role, one's own and others': made from the routes themselves.

use super::Company;
use crate::support::clients::Client;
use domain::principal::Role;
use domain::rights::Deed;
use lead_ledger::config::Config;
use lead_ledger::dialects::telecaller::OPERATIONS;
use reqwest::Method;

/// B-121, B-162, B-163, B-171, C-36
#[tokio::test(flavor = "multi_thread")]
async fn every_route_asks_who_it_is_and_what_they_may() {
    let company = Company::start().await;
    let (own, other) =
        (company.lead(&company.alice, "9876543210").await, company.lead(&company.bob, "9876543211").await);
    let call = async |by: &Client, lead: &str| {
        let begun = by.post("/api/calls/initiate", &serde_json::json!({ "leadId": lead })).await;
        begun.body["callId"].as_str().unwrap().to_owned()
    };
    let calls = [call(&company.alice, &own).await, call(&company.bob, &other).await];
    let reports = [company.report(&company.alice).await, company.report(&company.bob).await];
    for role in [Role::Auditor, Role::Analyst] {
        company.app.register(role.as_str(), role, None).await;
    }
    let auditor = Client::person(&company.app, "auditor").await;
    let analyst = Client::person(&company.app, "analyst").await;
    let nobody = Client::nobody(&company.app);
    // Reads before writes, and what takes something away last.
    let mut operations: Vec<_> = OPERATIONS.to_vec();
    operations.sort_by_key(|(method, path, _)| (*method != "get", *method == "delete", path.len()));
    let callers = [
        (Role::Telecaller, &company.alice),
        (Role::Supervisor, &company.supervisor),
        (Role::Auditor, &auditor),
        (Role::Analyst, &analyst),
        (Role::Admin, &company.admin),
    ];
    for (method, path, deed) in operations {
        if path == "/api/auth/logout" || path == "/api/auth/change-password" {
            continue;
        }
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let body = if method == Method::GET { None } else { Some("{}") };
        for is_own in [true, false] {
            let (lead, user) = if is_own { (&own, &company.alice_id) } else { (&other, &company.bob_id) };
            let id = match path.split('/').nth(2) {
                Some("users") => user,
                Some("reports") => &reports[usize::from(!is_own)],
                Some("calls") => &calls[usize::from(!is_own)],
                _ => lead,
            };
            let url = path.replace("{id}", id).replace("{userId}", user).replace("{format}", "pdf");
            let stranger = nobody.send(method.clone(), &url, body, &[]).await;
            assert_eq!(stranger.body["message"], "Access denied. No token provided.", "{method} {url}");
            let forged =
                nobody.with_token("eyJhbGciOiJub25lIn0.e30.").send(method.clone(), &url, body, &[]).await;
            assert_eq!(forged.status, 401, "{method} {url}");
            // Files are for whoever had them made; see `exports`.
            if path.contains("/download/") || path.contains("/exports/") {
                continue;
            }
            for (role, client) in callers {
                // Whoever is deleted asks no more; see `users`.
                if deed == Deed::DeleteUsers && role.may(deed) {
                    continue;
                }
                let answer = client.send(method.clone(), &url, body, &[]).await;
                let told = format!("{role} {method} {url}: {answer:?}");
                if role.may(deed) {
                    let sees = is_own || matches!(role, Role::Admin | Role::Auditor | Role::Analyst);
                    let is_hidden = url != path && !sees;
                    assert_ne!(answer.status, 401, "{told}");
                    assert_eq!([403, 404].contains(&answer.status.as_u16()), is_hidden, "{told}");
                } else {
                    assert_eq!(answer.status, 403, "{told}");
                    assert_eq!(answer.body["message"], "Access denied. Insufficient permissions.", "{told}");
                }
                assert!(answer.status.as_u16() < 500, "{told}");
            }
        }
    }
    company.app.rebuilt_equals_live().await;
}

/// B-172
#[tokio::test(flavor = "multi_thread")]
async fn other_sites_pages_may_call_only_if_they_are_named() {
    let company =
        Company::start_with(&[("LEDGER_CORS_ORIGINS", "https://crm.example.com, https://b.example.com/")])
            .await;
    for (origin, is_named) in [
        ("https://crm.example.com", true),
        ("https://b.example.com", true),
        ("https://crm.example.com.evil.com", false),
        ("http://crm.example.com", false),
        ("null", false),
    ] {
        let wish = [
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "authorization"),
        ];
        for (method, headers) in [(Method::OPTIONS, &wish[..]), (Method::GET, &wish[..1])] {
            let answer = company.admin.send(method, "/api/leads", None, headers).await;
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, is_named.then_some(origin), "{origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), None, "tokens, never cookies");
        }
    }
    let answer = company.admin.get("/api/leads").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!((answer.header("server"), answer.header("x-powered-by")), (None, None));
}

/// B-165
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_inside_is_told_to_developers_only() {
    let company = Company::start().await;
    sqlx::query("DROP TABLE live.call_history").execute(&company.app.app.pool).await.unwrap();
    let answer = company.admin.get("/api/calls").await;
    assert_eq!((answer.status.as_u16(), &answer.body["message"]), (500, &"Something went wrong!".into()));
    assert!(answer.body["error"].as_str().unwrap().contains("call_history"), "{answer:?}");
    let config = Config { is_production: true, ..Config::clone(&company.app.app.config) };
    let production = company.app.serve_with(config).await;
    let answer = Client::person(&production, "admin").await.get("/api/calls").await;
    assert_eq!((answer.status.as_u16(), &answer.body["success"]), (500, &false.into()));
    assert!(!answer.body.to_string().contains("call_history"), "{answer:?}");
}
