# shellcheck shell=bash disable=SC2034,SC2153  # variables shared with those who source this
# Where the servers' programs are on this machine. Each find_ function sets one
# variable and answers whether it was found. Sourced, never run.

# Sets RABBITMQ_BIN. Debian keeps the plain scripts apart from the wrappers in
# /usr/sbin, which insist on a system user.
find_rabbitmq() {
  local folder
  for folder in "${SDFLEET_RABBITMQ_BIN:-}" /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib/*/sbin; do
    if [[ -n $folder && -x $folder/rabbitmq-server ]]; then
      RABBITMQ_BIN=$folder
      return 0
    fi
  done
  return 1
}

# Sets POSTGRES_BIN to the newest version's folder.
find_postgres() {
  local folder found=""
  while IFS= read -r folder; do
    if [[ -x $folder/postgres && -x $folder/initdb && -x $folder/psql ]]; then found=$folder; fi
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V; printf '%s\n' "${SDFLEET_POSTGRES_BIN:-}")
  POSTGRES_BIN=$found
  [[ -n $found ]]
}

AZURITE_MAIN=node_modules/azurite/dist/src/blob/main.js

azurite_folder() {
  local version
  version=$(sed -n 's/.*"azurite": *"\([^"]*\)".*/\1/p' "$DEV_FOLDER/package.json")
  printf '%s/sdfleet/azurite-%s' "${XDG_CACHE_HOME:-$HOME/.cache}" "$version"
}

find_azurite() { [[ -f $(azurite_folder)/$AZURITE_MAIN ]] && has node; }
