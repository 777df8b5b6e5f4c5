# Asks a server of the examples by curl: bash http.bash <program> [posts]. Many requests are answered while one actor is
# blocked, which holds up five others. `posts`: the server has POST /echo.
set -euo pipefail
folder=$(mktemp -d)
server=
end() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
complain() {
  echo "$1"
  exit 1
}

# An actor that reads this file blocks its thread until something is written.
mkfifo "$folder/pipe" "$folder/said"
"$1" 0 "$folder/pipe" >"$folder/said" &
server=$!
read -r address <"$folder/said"

# status <expected> <argument>...: of a request.
status() {
  local got
  got=$(curl -s -o /dev/null -w '%{http_code}' "${@:2}")
  [[ $got == "$1" ]] || complain "${*:2} has the status $got instead of $1"
}

for number in 1 2 3 4 5; do
  curl -s "$address/file" >"$folder/slow.$number" &
done

# The fragment is not sent.
curl -s --parallel --parallel-max 50 -o "$folder/count.#1" "$address/count#[1-1000]" 2>/dev/null
awk 1 "$folder"/count.* | sort -n | cmp - <(seq 1000) || complain "1,000 requests did not get 1,000 numbers"
[[ $(jobs -r | grep -c "curl") == 5 ]] || complain "a file was answered before it was written"

for number in 1 2 3 4 5; do
  echo "text $number" >"$folder/pipe"
  wait -n || complain "a slow request failed"
done
cat "$folder"/slow.? | sort | cmp - <(printf 'text %d\n' 1 2 3 4 5) || complain "the slow requests got other texts"

[[ $(curl -s -w '%{num_connects}\n' -o /dev/null "$address/count" -o /dev/null "$address/count") == $'1\n0' ]] ||
  complain "two requests did not share a connection"
status 404 "$address/nothing"
status 405 -X DELETE "$address/count"
status 431 -H "long: $(head -c 9000 /dev/zero | tr '\0' x)" "$address/count"
status 400 --request-target count "$address"
if [[ ${2:-} == posts ]]; then
  [[ $(curl -s --data-binary "good morning" "$address/echo") == "GOOD MORNING" ]] || complain "the echo is not right"
  head -c 500000 /dev/zero | tr '\0' x >"$folder/long"
  [[ $(curl -s --data-binary "@$folder/long" "$address/echo" | tr -d X | wc -c) == 0 ]] || complain "a long echo is not right"
  status 501 -H "Transfer-Encoding: chunked" --data-binary x "$address/echo"
  head -c 2000000 /dev/zero >"$folder/long"
  status 413 --data-binary "@$folder/long" "$address/echo"
fi
rm "$folder/pipe"
status 500 "$address/file"

kill "$server"
wait "$server" || complain "the server did not end well"
server=
