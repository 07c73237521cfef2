#!/usr/bin/env bash
# Chinese documents of Debian's (two PDFs and a wrapped text, some 500,000 characters) into DIR.
set -euo pipefail
dir=$(realpath -m "${1:?usage: chinese_corpus.sh DIR}")
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq debian-reference-zh-cn maint-guide-zh-cn debian-faq-zh-cn
for package in *.deb; do dpkg-deb -x "$package" root; done
cp root/usr/share/debian-reference/debian-reference.zh-cn.pdf root/usr/share/doc/maint-guide-zh-cn/maint-guide.zh-cn.pdf "$dir"
zcat root/usr/share/doc/debian/FAQ/debian-faq.zh-cn.txt.gz > "$dir/debian-faq.zh-cn.txt"
ls -l "$dir"
