"""The network of the host, of other jobs, and what a network can be made of."""

from apps.sandbox.model import Layer
from tests.sandbox.cases.case import Case, refused

NETWORK = [
    Case(
        program="network.host_tcp",
        guarded_by=Layer.NETWORK_NAMESPACE,
        arguments=("port",),
        says=refused("ECONNREFUSED", "127.0.0.1", "0", "::1", "::ffff:127.0.0.1"),
    ),
    Case(
        program="network.abstract_socket",
        guarded_by=Layer.NETWORK_NAMESPACE,
        arguments=("abstract",),
        says=refused("ECONNREFUSED", "stream", "datagram"),
    ),
    Case(
        program="network.path_socket",
        guarded_by=Layer.PRIVATE_ROOT,
        arguments=("path",),
        says=refused("ENOENT", "path", "root", "link", "docker"),
    ),
    Case(
        program="network.other_job",
        guarded_by=Layer.NETWORK_NAMESPACE,
        beside_another_job=True,
        says=("refused tcp ECONNREFUSED", "refused abstract ECONNREFUSED", "refused path ENOENT"),
    ),
    Case(
        program="network.routes",
        guarded_by=Layer.NETWORK_NAMESPACE,
        says=(
            "interfaces lo",
            "refused interface EPERM",
            *refused(
                "ENETUNREACH",
                "192.0.2.1",
                "10.0.0.1",
                "169.254.169.254",
                "224.0.0.251",
                "2001:db8::1",
            ),
            "refused raw EPERM",
        ),
    ),
    Case(
        program="network.socket_families",
        guarded_by=Layer.SECCOMP,
        says=("allowed", "refused EAFNOSUPPORT"),
    ),
    Case(
        program="network.odd_protocols",
        guarded_by=Layer.SECCOMP,
        says=refused(
            "EPROTONOSUPPORT",
            *(
                f"{name} {family}"
                for family in ("AF_INET", "AF_INET6")
                for name in ("ping", "UDP-Lite", "MPTCP", "unknown")
            ),
        ),
    ),
    Case(
        program="network.netlink_writes",
        guarded_by=None,  # no capability, in a user namespace other than the network's
        says=refused(
            "EPERM",
            *(
                f"new {name}"
                for name in (
                    "link",
                    "address",
                    "route",
                    "neighbour",
                    "rule",
                    "queue",
                    "filter",
                    "namespace",
                )
            ),
        ),
    ),
    Case(
        program="network.in_flight",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=("refused in flight ETOOMANYREFS",),
    ),
]
