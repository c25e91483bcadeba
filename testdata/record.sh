#!/usr/bin/env bash
# Records the captures of real traffic in this folder, between two network namespaces that a veth pair joins.
# Needs root, iproute2, iputils-ping, ethtool, tcpdump, openssl and python3. Times and ports differ from run to run, so write the golden tables
# again afterwards (PCAPSTAT_BLESS=1 cargo test golden).
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
order=$(python3 -c "import sys; print(sys.byteorder)")
a=pcapstat-a b=pcapstat-b
# `ip netns exec` in a function leaves the servers as grandchildren, which `kill $(jobs -p)` misses: the namespaces are our
# own, so whatever still runs inside is ours.
clean() {
  for ns in $a $b; do
    ! ip netns list | grep -qw $ns || ip netns pids $ns | xargs -r kill 2>/dev/null || true
  done
  ip netns del $a 2>/dev/null || true; ip netns del $b 2>/dev/null || true; rm -rf "$scratch"
}
trap clean EXIT
clean; mkdir -p "$scratch"
ip netns add $a; ip netns add $b
ip link add va netns $a address 02:00:00:00:00:0a type veth peer name vb netns $b address 02:00:00:00:00:0b
A() { ip netns exec $a "$@"; }
B() { ip netns exec $b "$@"; }
for side in a b; do
  n=$([ $side = a ] && echo 1 || echo 2)
  ns=pcapstat-$side
  ip -n $ns link set lo up
  ip -n $ns addr add 10.77.0.$n/24 dev v$side
  ip -n $ns addr add fd77::$n/64 dev v$side nodad
  ip -n $ns link set v$side up
  ip netns exec $ns ethtool -K v$side tx off tso off gso off gro off >/dev/null 2>&1 || true
done
sleep 1

# record NAME INTERFACE TCPDUMP-OPTIONS… : begins to record in the second namespace; `stop` ends it.
record() {
  local name=$1 interface=$2; shift 2
  ip netns exec $b tcpdump -i "$interface" --immediate-mode -U -Z root -w "$name" "$@" 2>/dev/null &
  recorder=$!
  sleep 1
}
stop() { sleep 0.7; kill -INT $recorder; wait $recorder || true; }

cat > "$scratch/dns.py" <<'PY'
# A name server with two names, and a client that asks for them: over UDP, and once over TCP.
import socket, struct, sys, threading
def query(name, kind): return struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0" + struct.pack(">HH", kind, 1)
def answer(q):
    kind = struct.unpack(">H", q[-4:-2])[0]
    data = bytes([10, 77, 0, 9]) if kind == 1 else bytes.fromhex("fd77" + "00" * 13 + "09")
    known = b"host" in q
    head = q[:2] + struct.pack(">HHHHH", 0x8580 if known else 0x8583, 1, 1 if known else 0, 0, 0)
    return head + q[12:] + (b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data if known else b"")
if sys.argv[1] == "serve":
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("10.77.0.2", 53))
    tcp = socket.create_server(("10.77.0.2", 53))
    def over_tcp():
        while True:
            c, _ = tcp.accept(); q = c.recv(512)[2:]; r = answer(q); c.sendall(struct.pack(">H", len(r)) + r); c.close()
    threading.Thread(target=over_tcp, daemon=True).start()
    while True:
        q, who = udp.recvfrom(512); udp.sendto(answer(q), who)
for name, kind in [("host.test", 1), ("host.test", 28), ("nobody.test", 1)]:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(query(name, kind), ("10.77.0.2", 53)); s.recv(512)
c = socket.create_connection(("10.77.0.2", 53)); q = query("host.test", 1); c.sendall(struct.pack(">H", len(q)) + q); c.recv(512); c.close()
PY
cat > "$scratch/echo.py" <<'PY'
# Answers UDP datagrams and TCP lines on port 7, over IPv6 and so over IPv4.
import socket, threading
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); udp.bind(("::", 7))
tcp = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True)
def over_tcp():
    while True:
        c, _ = tcp.accept(); c.sendall(c.recv(2000)); c.close()
threading.Thread(target=over_tcp, daemon=True).start()
while True:
    data, who = udp.recvfrom(9000); udp.sendto(data, who)
PY
cat > "$scratch/say.py" <<'PY'
# say.py HOST BYTES: a datagram of so many bytes and a line, both to be echoed.
import socket, sys
host, size = sys.argv[1], int(sys.argv[2])
kind = socket.AF_INET6 if ":" in host else socket.AF_INET
s = socket.socket(kind, socket.SOCK_DGRAM); s.sendto(b"x" * size, (host, 7)); s.recv(9000)
c = socket.create_connection((host, 7)); c.sendall(b"hello\n"); c.recv(100); c.close()
PY
mkdir "$scratch/www"; echo '<h1>hello</h1>' > "$scratch/www/index.html"; head -c 6000 /dev/zero | tr '\0' 'a' > "$scratch/www/big.txt"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$scratch/key.pem" -out "$scratch/cert.pem" -days 1 -subj /CN=host.test 2>/dev/null
cat > "$scratch/tls.py" <<'PY'
import socket, ssl, sys
folder, role = sys.argv[1:]
if role == "serve":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    server = socket.create_server(("10.77.0.2", 443))
    while True:
        c, _ = server.accept()
        with context.wrap_socket(c, server_side=True) as t: t.sendall(t.recv(1000).upper())
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
with context.wrap_socket(socket.create_connection(("10.77.0.2", 443)), server_hostname="host.test") as t:
    t.sendall(b"hello"); t.recv(100)
PY
B python3 "$scratch/dns.py" serve & B python3 "$scratch/echo.py" &
B python3 "$scratch/tls.py" "$scratch" serve &
(cd "$scratch/www" && exec ip netns exec $b python3 -m http.server 80 --bind 10.77.0.2 >/dev/null 2>&1) &
get() { A python3 -c "import sys, urllib.request; [urllib.request.urlopen('http://10.77.0.2/' + p).read() for p in sys.argv[1:]]" "$@"; }
sleep 1

record dns.pcap vb;                              A python3 "$scratch/dns.py" ask; stop
record http.pcap vb;                             get "" big.txt; get nothing 2>/dev/null || true; stop
record tls.pcap vb;                              A python3 "$scratch/tls.py" "$scratch" ask; stop
ip -n $a neigh flush dev va; ip -n $b neigh flush dev vb
record ipv6.pcap vb;                             A ping -6 -q -c 2 -i 0.2 fd77::2 >/dev/null; A python3 "$scratch/say.py" fd77::2 100; stop
record fragments.pcap vb;                        A ping -q -c 1 -s 4000 10.77.0.2 >/dev/null; A ping -6 -q -c 1 -s 4000 fd77::2 >/dev/null
                                                 A python3 "$scratch/say.py" 10.77.0.2 5000; A python3 "$scratch/say.py" fd77::2 5000; stop
record snaplen64.pcap vb -s 64;                  get "" big.txt; stop
record nanoseconds.pcap vb --time-stamp-precision=nano; A ping -q -c 3 -i 0.2 10.77.0.2 >/dev/null; stop
record any_sll2.pcap any;                        A ping -q -c 1 10.77.0.2 >/dev/null; A python3 "$scratch/say.py" fd77::2 50; stop
record any_sll.pcap any -y LINUX_SLL;            A ping -q -c 1 10.77.0.2 >/dev/null; A python3 "$scratch/say.py" 10.77.0.2 50; stop
ip -n $a neigh flush dev va; ip -n $b neigh flush dev vb
record arp_icmp.pcap vb;                         A ping -q -c 1 10.77.0.2 >/dev/null; A python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.77.0.2', 9))"; stop

# Joining a group makes the kernel report it: IGMPv3 over IPv4, MLDv2 over IPv6.
record igmp_mld.pcap vb;                         A python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('239.7.7.7') + socket.inet_aton('10.77.0.1'))
t = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); t.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, 'ff05::777') + socket.if_nametoindex('va').to_bytes(4, '$order'))
time.sleep(2)"; stop

# What needs a kernel module is recorded where the kernel has it.
try() { "$@" 2>/dev/null || { echo "not recorded here: $*" >&2; return 1; }; }
if try ip -n $a link add link va name va.7 type vlan id 7 && ip -n $b link add link vb name vb.7 type vlan id 7; then
  for side in a b; do
    ip -n pcapstat-$side addr add 10.78.0.$([ $side = a ] && echo 1 || echo 2)/24 dev v$side.7
    ip -n pcapstat-$side link set v$side.7 up
  done
  record vlan_recorded.pcap vb;                           A ping -q -c 2 -i 0.2 10.78.0.2 >/dev/null; A python3 "$scratch/say.py" 10.78.0.2 100; stop
fi
if try ip -n $a link add ta type gre local 10.77.0.1 remote 10.77.0.2 && ip -n $b link add tb type gre local 10.77.0.2 remote 10.77.0.1; then
  for side in a b; do
    ip -n pcapstat-$side addr add 10.79.0.$([ $side = a ] && echo 1 || echo 2)/24 dev t$side
    ip -n pcapstat-$side link set t$side up
  done
  record gre_recorded.pcap vb;                           A ping -q -c 2 -i 0.2 10.79.0.2 >/dev/null; A python3 "$scratch/say.py" 10.79.0.2 100; stop
fi
if try ip -n $a link add xa type vxlan id 77 local 10.77.0.1 remote 10.77.0.2 dstport 4789 && ip -n $b link add xb type vxlan id 77 local 10.77.0.2 remote 10.77.0.1 dstport 4789; then
  for side in a b; do
    n=$([ $side = a ] && echo 1 || echo 2)
    ip -n pcapstat-$side addr add 10.80.0.$n/24 dev x$side
    ip -n pcapstat-$side addr add fd80::$n/64 dev x$side nodad
    ip -n pcapstat-$side link set x$side up
  done
  record vxlan.pcap vb;                          A ping -q -c 2 -i 0.2 10.80.0.2 >/dev/null; A python3 "$scratch/say.py" fd80::2 100; stop
fi
