#!/bin/sh
# Installs lambdacost as ROOT/bin/lambdacost: the released program if there is one for this source,
# otherwise a compiled one. install.py does the work and lists the variables that it reads.
#
#   integrations/install.sh ROOT
set -eu

root=${1:?usage: install.sh ROOT}
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

for python in python3 python; do
    # It may be missing, Python 2, or the Windows stub that opens the Microsoft Store.
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
        exec "$python" -I "$source/integrations/install.py" "$root"
    fi
done
echo "lambdacost: compiling the program: the download of a release needs Python 3.8 or newer" >&2
exec cargo install --quiet --locked --path "$source" --root "$root"
