#!/bin/sh
# Looks at pages of --report in headless Chromium (Debian: apt-get install chromium): they raise no
# error, sort and search, fit a phone, and print. Screenshots are left to be looked at.
#
#   tests/page/run.sh PCAPSTAT DIRECTORY CAPTURE...
#
# DIRECTORY gets a page of the first CAPTURE and one of all, as HTML, PNG and PDF, and report.png, the
# picture in README and docs: docs/report.png is that of ndpi's netflix.pcap.
set -eu
mkdir -p "$2"
program=$1 out=$(cd "$2" && pwd)
shift 2
here=$(cd "$(dirname "$0")" && pwd)
"$program" -q --report "$out/one.html" "$1" >/dev/null || true
"$program" -q --report "$out/many.html" "$@" >/dev/null || true

browser() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --disable-extensions --user-data-dir="$out/profile" --enable-logging=stderr "$@" 2>"$out/log"
}

fail() {
    echo "$1" >&2
    exit 1
}

for page in one many; do
    file=$out/$page.html
    # The page with a script at its end that uses it and writes what it found into its title.
    sed "/<\/body>/{
        r $here/use.html
    }" "$file" >"$out/used.html"
    browser --dump-dom "file://$out/used.html" >"$out/dom"
    said=$(sed -n 's/.*<title>\(used:[^<]*\)<.*/\1/p' "$out/dom" | head -1)
    [ "$said" = "used: ok" ] || fail "$page: ${said:-the script did not run}"
    ! grep -q 'CONSOLE' "$out/log" || fail "$page: $(grep CONSOLE "$out/log")"
    for scheme in light dark; do
        setting=preferredColorScheme=$([ $scheme = dark ] && echo 0 || echo 1)
        for width in 1400 390; do
            # A window is at least 500 pixels wide, a frame may be narrower.
            printf '<meta name="color-scheme" content="light dark"><body style="margin:0"><iframe style="border:0" src="%s.html" width="%s" height="5000"></iframe>' \
                $page $width >"$out/frame.html"
            browser --blink-settings=$setting --window-size=$((width < 500 ? 500 : width)),5000 \
                --screenshot="$out/$page-$width-$scheme.png" "file://$out/frame.html"
        done
    done
    browser --no-pdf-header-footer --print-to-pdf="$out/$page.pdf" "file://$file"
    [ -s "$out/$page.pdf" ] || fail "$page: it does not print"
done
browser --blink-settings=preferredColorScheme=1 --window-size=880,1050 --screenshot="$out/report.png" "file://$out/one.html"
rm -rf "$out/profile" "$out/log" "$out/dom" "$out/used.html" "$out/frame.html"
echo "pages are well; look at $out/*.png and *.pdf"
