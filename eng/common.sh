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

# Installs what is missing where that can be done without a question; else says what to run and fails.
# ensure_installed NAME CHECK INSTALL PACKAGES ADVICE: CHECK and INSTALL are functions, ADVICE is for systems without apt.
ensure_installed() {
  local name=$1 check=$2 install=$3 packages=$4 advice=$5
  "$check" && return 0
  if ! command -v apt-get >/dev/null; then
    say "$name is missing. $advice"
    return 1
  fi
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
      say "$name is missing. Install it and start again:" "  sudo apt-get install $packages"
      return 1
    fi
    as_root=(sudo -n)
  fi
  (
    lock_or_wait "$artifacts/install.lock" "Another start is installing something; waiting for it ..."
    "$check" && exit 0
    say "Installing $name (apt-get install $packages) ..."
    "$install" "${as_root[@]}" >"$artifacts/install.log" 2>&1 9>&-
  ) && "$check" && return 0
  tail -n 15 "$artifacts/install.log" >&2
  say "$name could not be installed (all of it: $artifacts/install.log). Install it and start again:" "  sudo apt-get install $packages"
  return 1
}

# apt_install PACKAGES [AS-ROOT...]
apt_install() {
  local packages=$1 apt
  shift
  apt=("$@" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  # shellcheck disable=SC2086 # several packages are several words
  "${apt[@]}" install -y --no-install-recommends $packages || { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends $packages; }
}

ensure_postgres() {
  ensure_installed PostgreSQL has_postgres install_postgres postgresql \
    "Install version 15 or newer with its server programs (initdb, pg_ctl, postgres) and start again."
}

# The system shall get no server running of its own from us: only the programs are wanted.
install_postgres() {
  local dropin=/etc/postgresql-common/createcluster.d/no-main-cluster.conf made=1
  [[ -e $dropin ]] && made=0
  if ((made)); then
    "$@" mkdir -p "${dropin%/*}"
    echo 'create_main_cluster = false' | "$@" tee "$dropin"
  fi
  local result=0
  apt_install postgresql "$@" || result=1
  ((made)) && "$@" rm -f "$dropin"
  return "$result"
}

has_node() {
  local version
  command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [[ ${version%%.*} -ge 18 ]]
}

install_node() { apt_install "nodejs npm" "$@"; }

# Clients that others wrote judge the simulator. Their scripts lie with the shared data; where those are not, nothing of Node.js is needed.
# The clients themselves come from the registry, in the versions of the lock file, and stay out of the repository.
ensure_clients() {
  local folder="$artifacts/clients" stamp="$artifacts/clients/installed.json"
  [[ -f ${BOT_SHARED:-$root/../shared}/kucoin/clients/official.mjs ]] || return 0
  ensure_installed Node.js has_node install_node "nodejs npm" "Install version 18 or newer with npm and start again." || return 1
  cmp -s "$root/eng/clients/package-lock.json" "$stamp" && return 0
  (
    lock_or_wait "$artifacts/install.lock" "Another start is installing something; waiting for it ..."
    cmp -s "$root/eng/clients/package-lock.json" "$stamp" && exit 0
    say "Installing the clients that judge the simulator (npm ci) ..."
    mkdir -p "$folder" && rm -f "$stamp" && cp "$root"/eng/clients/package*.json "$folder" && cd "$folder" || exit 1
    npm ci --ignore-scripts --no-audit --no-fund >"$artifacts/clients.log" 2>&1 9>&- && cp package-lock.json "$stamp"
  ) && return 0
  tail -n 15 "$artifacts/clients.log" >&2
  say "The clients that judge the simulator could not be installed (all of it: $artifacts/clients.log); the npm registry must be reachable once."
  return 1
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
