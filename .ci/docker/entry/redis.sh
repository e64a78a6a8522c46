#!/bin/sh
# What the official image does before the server.
case "$1" in -* | *.conf) set -- redis-server "$@" ;; esac
[ "$1" = redis-server ] && set -- "$@" --protected-mode no
exec "$@"
