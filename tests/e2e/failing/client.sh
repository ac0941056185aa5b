# What a person does: curl, again and again. A line of the output is one call: what, status, seconds.
ask() {
  name=$1
  shift
  curl -s -o /dev/null -m 20 -w "$name %{http_code} %{time_total}\n" "$@"
}
echo begun
go=$1
for number in 1 2 3; do ask "early-$number" -d "$number" "http://$go/reserve"; done
for number in 1 2 3; do ask "items-$number" "http://$go/items/$number"; done
sleep 5  # the moment at 5 s
for number in 1 2 3; do ask "late-$number" -d "$number" "http://$go/late"; done
for number in 1 2 3; do ask "seen-$number" -d "$number" "http://$go/seen"; done
echo done
sleep 60
