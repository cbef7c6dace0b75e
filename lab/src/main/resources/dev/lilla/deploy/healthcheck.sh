#!/bin/bash
# Succeeds if the server on this machine says that it is well. Needs nothing but bash.
exec 3<>"/dev/tcp/127.0.0.1/${1:-@port@}" || exit 1
printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 status <&3
[[ $status == "HTTP/1.1 200"* ]]
