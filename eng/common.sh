# shellcheck shell=bash
# What ./bot and ./test share. The caller has set `root` to the clone's folder.

: "${root:?}"
artifacts="$root/artifacts"
mkdir -p "$artifacts"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# A bare system has no ICU, which the SDK would ask for; nothing here depends on a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# Build servers that stay behind would hold the clone's files for minutes after we are done.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$@" >&2; }

die() {
  say "$@"
  exit 1
}

# Without a home of ours the SDK keeps its things in the clone.
if [[ -z ${HOME:-} || ! -w ${HOME:-/} ]]; then
  export DOTNET_CLI_HOME="$artifacts/home" NUGET_PACKAGES="$artifacts/packages"
  mkdir -p "$DOTNET_CLI_HOME"
fi

# Finds the .NET SDK and checks that global.json is content with it. Sets `sdk` to its version.
need_dotnet() {
  local place wanted
  wanted=$(sed -n 's/.*"version": *"\([0-9]*\)\..*/\1/p' "$root/global.json")
  if ! command -v dotnet >/dev/null; then
    for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/lib/dotnet /usr/share/dotnet /usr/local/share/dotnet; do
      [[ -x $place/dotnet ]] && PATH="$place:$PATH" && break
    done
  fi
  command -v dotnet >/dev/null || die "The .NET SDK $wanted is missing." "Install it (https://dotnet.microsoft.com/download/dotnet/$wanted.0) and start again."
  # shellcheck disable=SC2034 # ./bot reads it
  if ! sdk=$(cd "$root" && dotnet --version 2>/dev/null); then
    die "No .NET SDK here is new enough: $wanted is needed, installed is $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')." \
      "Install it (https://dotnet.microsoft.com/download/dotnet/$wanted.0) and start again."
  fi
}

has_postgres() {
  local folder
  while read -r folder; do
    [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/postgres ]] && return 0
  done < <(
    command -v pg_ctl >/dev/null && dirname "$(readlink -f "$(command -v pg_ctl)")"
    compgen -G '/usr/lib/postgresql/*/bin' || true
    compgen -G '/usr/lib64/postgresql/*/bin' || true
    compgen -G '/usr/pgsql-*/bin' || true
    compgen -G '/opt/homebrew/opt/postgresql*/bin' || true
    compgen -G '/usr/local/opt/postgresql*/bin' || true
    echo /usr/local/pgsql/bin
  )
  return 1
}

# Installs Postgres' programs where that can be done without a question; else says what to run and fails.
ensure_postgres() {
  has_postgres && return 0
  if ! command -v apt-get >/dev/null; then
    say "PostgreSQL is missing. Install version 15 or newer with its server programs (initdb, pg_ctl, postgres) and start again."
    return 1
  fi
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
      say "PostgreSQL is missing. Install it and start again:" "  sudo apt-get install postgresql"
      return 1
    fi
    as_root=(sudo -n)
  fi
  (
    lock_or_wait "$artifacts/install.lock" "Another start is installing PostgreSQL; waiting for it ..."
    has_postgres && exit 0
    say "Installing PostgreSQL (apt-get install postgresql) ..."
    install_postgres "${as_root[@]}" >"$artifacts/install.log" 2>&1 9>&-
  ) && has_postgres && return 0
  tail -n 15 "$artifacts/install.log" >&2
  say "PostgreSQL could not be installed (all of it: $artifacts/install.log). Install it and start again:" "  sudo apt-get install postgresql"
  return 1
}

# The system shall get no server running of its own from us: only the programs are wanted.
install_postgres() {
  local dropin=/etc/postgresql-common/createcluster.d/no-main-cluster.conf made=1
  [[ -e $dropin ]] && made=0
  if ((made)); then
    "$@" mkdir -p "${dropin%/*}"
    echo 'create_main_cluster = false' | "$@" tee "$dropin"
  fi
  local apt=("$@" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  local result=0
  "${apt[@]}" install -y --no-install-recommends postgresql || { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends postgresql; } || result=1
  ((made)) && "$@" rm -f "$dropin"
  return "$result"
}

# Holds a lock until the end of the (sub)shell. What is started meanwhile and may live longer gets 9>&-, or it would hold the lock too.
lock_or_wait() {
  command -v flock >/dev/null || die "The program flock is missing (util-linux)." "Install it and start again."
  exec 9>"$1"
  if ! flock -n 9; then
    say "$2"
    flock 9
  fi
}

# Runs a step of the build quietly. What it said is kept, and shown when it fails.
quietly() {
  local log=$1
  shift
  if ! "$@" >>"$log" 2>&1 9>&-; then
    grep -E ': (error|warning) ' "$log" | sort -u | head -n 20 >&2 || tail -n 30 "$log" >&2
    die "This failed: $*" "All of it: $log"
  fi
}
