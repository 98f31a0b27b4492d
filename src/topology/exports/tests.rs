//! Whole files, as PowerShell writes them and as they are broken.

use super::*;
use crate::topology::connector::MaxSize;
use crate::topology::recipient::Kind::{self, Group, MailContact, MailUser, Mailbox, RemoteMailbox, System};
use crate::topology::recipient::{Addresses, Recipient};

fn file(name: &str, text: &str) -> Sheet {
    Sheet { name: name.to_owned(), text: text.to_owned() }
}

fn of(name: &str, text: &str) -> Read {
    read(&[file(name, text)])
}

/// The complaints, without the file.
fn complaints(read: &Read) -> Vec<String> {
    read.problems.iter().map(|p| p.to_string().split_once(": ").unwrap().1.to_owned()).collect()
}

fn addresses(recipient: &Recipient) -> Vec<&str> {
    recipient.addresses.iter().collect()
}

#[test]
fn accepted_domains() {
    let text = "\"DomainName\",\"DomainType\",\"Default\"\n\"Contoso.com\",\"Authoritative\",\"True\"\n\
                \"fabrikam.com\",\"Shared\",\"False\"\n\"*.litware.com\",\"internalrelay\",\"no\"\n";
    let read = of("x.csv", text);
    assert_eq!(read.facts.given, [Export::AcceptedDomains]);
    let names: Vec<&str> = read.facts.accepted_domains.iter().map(|d| &*d.domain).collect();
    assert_eq!(names, ["contoso.com", "*.litware.com"]);
    assert_eq!(read.facts.accepted_domains[0].default, Some(true));
    assert_eq!(
        complaints(&read),
        [
            "row 3, column DomainType: 'Shared' is not Authoritative, InternalRelay or ExternalRelay",
            "row 4, column Default: 'no' is not True or False"
        ]
    );
}

#[test]
fn send_connectors() {
    let text = "Name,Enabled,MaxMessageSize,AddressSpaces,SmartHosts,SourceTransportServers,DNSRoutingEnabled,TlsDomain\n\
                Internet,True,Unlimited,\"SMTP:*;1\",,\"EX1 EX2\",True,\n\
                Fabrikam,True,\"35 MB (36,700,160 bytes)\",\"{SMTP:fabrikam.com;5, smtp:*.fabrikam.com;6}\",\
                \"[192.0.2.10],mail.fabrikam.com\",\"{EX1}\",False,\n\
                Odd,maybe,huge,\"a@b\",,,,\n";
    let read = of("x.csv", text);
    let all = &read.facts.send_connectors;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].max_size, MaxSize::Unlimited);
    assert_eq!(all[0].sources, ["EX1".into(), "EX2".into()]);
    assert!(all[0].enabled == Some(true) && !all[0].uses_smart_hosts());
    assert_eq!(all[1].max_size, MaxSize::Bytes(36_700_160));
    let spaces: Vec<(&str, u16)> = all[1].spaces.iter().map(|s| (&*s.space, s.cost)).collect();
    assert_eq!(spaces, [("fabrikam.com", 5), ("*.fabrikam.com", 6)]);
    assert_eq!(all[1].smart_hosts, ["192.0.2.10".into(), "mail.fabrikam.com".into()]);
    assert!(all[1].uses_smart_hosts());
    let columns: Vec<_> = read.problems.iter().map(|p| (p.row, p.column.as_deref().unwrap())).collect();
    assert_eq!(columns, [(Some(4), "AddressSpaces"), (Some(4), "Enabled"), (Some(4), "MaxMessageSize")]);
}

#[test]
fn recipients_of_every_sort() {
    let read = read(&[
        file(
            "a.csv",
            "Alias,PrimarySmtpAddress,RemoteRoutingAddress,EmailAddresses\n\
             bob,Bob@contoso.com,SMTP:bob@contoso.mail.onmicrosoft.com,\
             smtp:bob@contoso.mail.onmicrosoft.com SMTP:Bob@contoso.com x500:/o=First Org/cn=bob\n",
        ),
        file(
            "b.csv",
            "RecipientTypeDetails,Identity,PrimarySmtpAddress,Database,ForwardingAddress,ForwardingSmtpAddress,DeliverToMailboxAndForward,EmailAddresses\n\
             UserMailbox,contoso.com/Users/Anna Arndt,anna@contoso.com,DB1,,,False,SMTP:anna@contoso.com\n\
             SharedMailbox,contoso.com/Users/Desk,desk@contoso.com,DB1,contoso.com/Users/Anna Arndt,smtp:x@example.com,True,\n\
             ArbitrationMailbox,x,SystemMailbox{1}@contoso.com,DB1,,,False,\n\
             UserMailbox,y,who@contoso.com,DB1,contoso.com/Users/Nobody,,False,\n",
        ),
        file(
            "c.csv",
            "RecipientTypeDetails,PrimarySmtpAddress,ExternalEmailAddress\nMailUser,u@contoso.com,SMTP:u@example.com\n",
        ),
        file(
            "d.csv",
            "RecipientTypeDetails,PrimarySmtpAddress,ExternalEmailAddress\nMailContact,c@contoso.com,SMTP:c@example.com\n",
        ),
        file(
            "e.csv",
            "PrimarySmtpAddress,ExpansionServer,Members\nteam@contoso.com,/o=x/cn=Servers/cn=EX2,Anna@contoso.com x@example.com\n\
             lead@contoso.com,,\"{contoso.com/Users/Anna Arndt, contoso.com/Users/Desk}\"\n",
        ),
    ]);
    let all = &read.facts.recipients;
    let kinds: Vec<Kind> = all.iter().map(|r| r.kind).collect();
    assert_eq!(
        kinds,
        [RemoteMailbox, Mailbox, Mailbox, System, Mailbox, MailUser, MailContact, Group, Group]
    );
    assert_eq!(
        addresses(&all[0]),
        ["bob@contoso.com", "bob@contoso.mail.onmicrosoft.com", "x500:/o=first org/cn=bob"]
    );
    assert_eq!(all[0].target.as_deref(), Some("bob@contoso.mail.onmicrosoft.com"));
    assert_eq!((all[2].forward.as_deref(), all[2].keeps_copy), (Some("anna@contoso.com"), true));
    assert_eq!(all[2].forward_smtp.as_deref(), Some("x@example.com"));
    assert!(all[2].all_addresses && !all[5].all_addresses);
    assert_eq!(all[7].expansion_server.as_deref(), Some("EX2"));
    assert_eq!(all[7].members, Some(Addresses::new(["anna@contoso.com", "x@example.com"])));
    assert_eq!(all[8].members, Some(Addresses::new(["anna@contoso.com", "desk@contoso.com"])));
    assert_eq!(
        complaints(&read),
        [
            "row 5, column ForwardingAddress: 'contoso.com/users/nobody' is the name of nobody in these exports, or of several"
        ]
    );
    let mut recipients = Export::RECIPIENTS.to_vec();
    recipients.sort();
    assert_eq!(read.facts.given, recipients);
}

#[test]
fn json_says_the_same_as_csv() {
    let csv = "Name,AddressSpaces,Enabled\nFabrikam,\"SMTP:fabrikam.com;1 SMTP:*.fabrikam.com;2\",True\n";
    let json = r#"{"Name":"Fabrikam","AddressSpaces":["SMTP:fabrikam.com;1","SMTP:*.fabrikam.com;2"],"Enabled":true}"#;
    assert_eq!(of("a.csv", csv).facts, of("a.json", json).facts);
    assert_eq!(of("a.json", &format!("[{json}]")).facts, of("a.json", json).facts);
    let csv =
        "PrimarySmtpAddress,RemoteRoutingAddress,EmailAddresses\nb@x.com,b@y.com,SMTP:b@x.com smtp:c@x.com\n";
    let json = r#"[{"PrimarySmtpAddress":{"Address":"b@x.com"},"RemoteRoutingAddress":"SMTP:b@y.com",
                   "EmailAddresses":[{"ProxyAddressString":"SMTP:b@x.com"},"smtp:c@x.com"]}]"#;
    assert_eq!(of("a.csv", csv).facts, of("a.json", json).facts);
}

#[test]
fn lost_values_are_named_with_the_line_that_keeps_them() {
    let text = "PrimarySmtpAddress,RemoteRoutingAddress,EmailAddresses\nb@x.com,b@y.com,System.Object[]\n";
    let read = of("RemoteMailbox.csv", text);
    let said = complaints(&read);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("row 2, column EmailAddresses: the values were lost, 'System.Object[]'"),
        "{said:?}"
    );
    assert!(said[0].contains("-join ' '") && said[0].contains("Get-RemoteMailbox -ResultSize Unlimited"));
    // What else the row says is used.
    assert_eq!(addresses(&read.facts.recipients[0]), ["b@x.com"]);
    assert!(!read.facts.recipients[0].all_addresses);
    let read = of("x.csv", "Name,AddressSpaces\nx,System.String[]\n");
    assert!(complaints(&read)[0].contains("Get-SendConnector"));
}

#[test]
fn what_is_not_recognised_is_named_and_the_rest_is_used() {
    let read = read(&[
        file("stats.csv", "DisplayName,ItemCount\nAnna,12\n"),
        file("AcceptedDomain.csv", "DomainName,DomainType\ncontoso.com,Authoritative\n"),
        file("Get-MailContact.csv", ""),
        file("nothing.csv", ""),
        file("cut.json", "[{\"DomainName\":"),
    ]);
    assert_eq!(read.facts.given, [Export::AcceptedDomains, Export::MailContacts]);
    let files: Vec<&str> = read.problems.iter().map(|p| &*p.file).collect();
    assert_eq!(files, ["stats.csv", "nothing.csv", "cut.json"]);
    assert!(
        read.problems[0].text.contains("DisplayName, ItemCount") && read.problems.iter().all(|p| p.error)
    );
}

#[test]
fn rows_without_what_they_are_for_are_said() {
    let read = of("x.csv", "PrimarySmtpAddress,RemoteRoutingAddress\n,b@y.com\nb@x.com,\nc@x.com,nonsense\n");
    assert_eq!(
        complaints(&read),
        [
            "row 2, column PrimarySmtpAddress: it is empty; expected an address",
            "row 3, column RemoteRoutingAddress: it is empty; expected an address of the tenant",
            "row 4, column RemoteRoutingAddress: 'nonsense' is not an address such as SMTP:anna@contoso.com"
        ]
    );
    assert_eq!(read.facts.recipients.len(), 2);
}

#[test]
fn dynamic_groups_and_public_folders() {
    let read = read(&[
        file(
            "a.csv",
            "RecipientTypeDetails,PrimarySmtpAddress,ExpansionServer\nDynamicDistributionGroup,all@contoso.com,\n",
        ),
        file(
            "b.csv",
            "RecipientTypeDetails,PrimarySmtpAddress,LegacyExchangeDN\nPublicFolder,news@contoso.com,/o=X/cn=News\n",
        ),
        file("DynamicDistributionGroup.csv", ""),
    ]);
    assert_eq!(read.facts.given, [Export::DynamicGroups, Export::PublicFolders]);
    let kinds: Vec<Kind> = read.facts.recipients.iter().map(|r| r.kind).collect();
    assert_eq!(kinds, [Kind::DynamicGroup, Kind::PublicFolder]);
    assert_eq!(addresses(&read.facts.recipients[1]), ["news@contoso.com", "x500:/o=x/cn=news"]);
    assert_eq!(read.problems, []);
}

#[test]
fn servers_of_both_cmdlets_are_one() {
    let read = read(&[
        file(
            "a.csv",
            "Name,Fqdn,Site,IsEdgeServer\nEX1,ex1.contoso.com,contoso.com/Configuration/Sites/Berlin,False\n",
        ),
        file("b.csv", "Name,MessageTrackingLogEnabled\nEX1,True\nEX2,True\n"),
    ]);
    assert_eq!(read.facts.servers.len(), 2);
    assert_eq!(read.facts.servers[0].site.as_deref(), Some("Berlin"));
    assert_eq!(read.problems, []);
}
