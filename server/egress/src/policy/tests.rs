use std::net::IpAddr;

use url::Url;

use super::Policy;

fn policy(allow: Option<&[&str]>, configured: &[&str]) -> Policy {
    let urls: Vec<Url> = configured.iter().map(|url| url.parse().unwrap()).collect();
    let allow = allow.map(|networks| networks.iter().map(|network| network.parse().unwrap()).collect());
    Policy::new(allow, &urls)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_default_is_the_neighbourhood_of_what_is_configured() {
    let policy = policy(None, &["http://10.1.2.3:8083", "http://[2001:db8:1:2::3]:8083"]);
    for (address, allowed) in [
        ("10.1.2.3", true),
        ("10.1.2.250", true),
        ("::ffff:10.1.2.9", true),
        ("10.1.3.3", false),
        ("2001:db8:1:2:ffff::1", true),
        ("2001:db8:1:3::3", false),
        ("127.0.0.1", false),
        ("169.254.169.254", false),
        ("::1", false),
        ("0.0.0.0", false),
    ] {
        assert_eq!(policy.allows(ip(address)), allowed, "{address}");
    }
}

#[test]
fn special_addresses_are_reached_only_when_configured_themselves() {
    let configured = policy(None, &["http://127.0.0.1:8083", "http://169.254.7.7/"]);
    assert!(configured.allows(ip("127.0.0.1")));
    assert!(configured.allows(ip("::ffff:127.0.0.1")));
    assert!(!configured.allows(ip("127.0.0.2")));
    assert!(configured.allows(ip("169.254.7.7")));
    assert!(!configured.allows(ip("169.254.169.254")));

    let by_name = policy(None, &["http://localhost:8083"]);
    assert!(by_name.allows(ip("127.0.0.1")) && by_name.allows(ip("::1")));

    let everywhere = policy(Some(&["0.0.0.0/0", "::/0"]), &[]);
    assert!(everywhere.allows(ip("93.184.216.34")));
    for address in [
        "127.0.0.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "fe80::1",
        "::",
        "0.1.2.3",
        "224.0.0.1",
        "::ffff:169.254.169.254",
    ] {
        assert!(!everywhere.allows(ip(address)), "{address}");
    }

    let meant = policy(Some(&["127.0.0.0/8", "fd00:ec2::254/128"]), &[]);
    assert!(meant.allows(ip("127.0.0.9")) && meant.allows(ip("fd00:ec2::254")));
}

#[test]
fn an_explicit_list_replaces_the_neighbourhood_but_not_what_is_configured() {
    let policy = policy(Some(&["10.9.0.0/16"]), &["http://10.1.2.3:8083"]);
    assert!(policy.allows(ip("10.1.2.3")));
    assert!(!policy.allows(ip("10.1.2.4")));
    assert!(policy.allows(ip("10.9.200.1")));
}

#[test]
fn a_configured_name_admits_what_it_resolves_to_but_nothing_special() {
    let policy = policy(None, &["http://Connect.Prod.:8083"]);
    assert!(!policy.allows(ip("10.5.5.9")));
    let found = [ip("127.0.0.1"), ip("10.5.5.5"), ip("169.254.169.254")];
    assert_eq!(policy.admit("connect.prod", &found).unwrap(), [ip("10.5.5.5")]);
    // A worker beside it, found later under a name that nobody configured.
    assert_eq!(
        policy.admit("worker-7.pods", &[ip("10.5.5.9")]).unwrap(),
        [ip("10.5.5.9")]
    );
    // The name moved: so does its neighbourhood.
    policy.admit("connect.prod", &[ip("10.6.6.6")]).unwrap();
    assert!(policy.allows(ip("10.6.6.1")) && !policy.allows(ip("10.5.5.9")));

    let refused = policy.admit("connect.prod", &[ip("169.254.169.254")]).unwrap_err();
    assert_eq!(refused.address, ip("169.254.169.254"));
    assert!(policy.admit("elsewhere", &[ip("8.8.8.8")]).is_err());
}
