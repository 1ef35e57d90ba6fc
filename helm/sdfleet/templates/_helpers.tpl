{{/* Names. Pods' names must fit a host name of 63 characters, because a worker is known to the coordinator by its host name:
     24 for the release, 20 for the model, 19 for "-worker" and what Kubernetes adds. */}}
{{- define "sdfleet.fullname" -}}
{{- .Release.Name | trunc 24 | trimSuffix "-" -}}
{{- end }}

{{- define "sdfleet.modelId" -}}
{{- regexReplaceAll "[^a-z0-9]+" . "-" | trunc 20 | trimAll "-" -}}
{{- end }}

{{- define "sdfleet.image" -}}
{{- $values := index . 0 -}}
{{- printf "%s/%s:%s" $values.Values.image.repository (index . 1) ($values.Values.image.tag | default $values.Chart.AppVersion) -}}
{{- end }}

{{/* Labels of a component's pods: list of root context and component. */}}
{{- define "sdfleet.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: sdfleet
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "sdfleet.labels" -}}
{{- $root := index . 0 -}}
{{ include "sdfleet.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{- end }}

{{- define "sdfleet.rabbitmqHost" -}}
{{- if .Values.rabbitmq.inChart.enabled }}{{ include "sdfleet.fullname" . }}-rabbitmq{{ else }}{{ .Values.rabbitmq.host }}{{ end -}}
{{- end }}

{{/* The broker's ports: those of RabbitMQ, with TLS or without, unless told otherwise. */}}
{{- define "sdfleet.rabbitmqPort" -}}
{{ .Values.rabbitmq.port | default (ternary 5671 5672 .Values.rabbitmq.tls) | int }}
{{- end }}
{{- define "sdfleet.rabbitmqManagementPort" -}}
{{ .Values.rabbitmq.managementPort | default (ternary 15671 15672 .Values.rabbitmq.tls) | int }}
{{- end }}

{{- define "sdfleet.postgresHost" -}}
{{- if .Values.postgres.inChart.enabled }}{{ include "sdfleet.fullname" . }}-postgres{{ else }}{{ .Values.postgres.host }}{{ end -}}
{{- end }}

{{/* The drain ladder, in seconds, from drain.finishSeconds. What a worker does with it is in FleetBusExtensions.AddDrain:
     consumers may finish; then 5 s to give back what they hold; then 5 s more for the rest of the process, 30 s in all at least. */}}
{{- define "sdfleet.drain.busStop" -}}{{ add .Values.drain.finishSeconds 5 }}{{- end }}
{{- define "sdfleet.drain.hostShutdown" -}}{{ max 30 (add .Values.drain.finishSeconds 10) }}{{- end }}
{{- define "sdfleet.drain.grace" -}}
{{- if kindIs "invalid" .Values.drain.terminationGracePeriodSeconds -}}
{{ add (include "sdfleet.drain.hostShutdown" .) 5 }}
{{- else -}}
{{ int .Values.drain.terminationGracePeriodSeconds }}
{{- end -}}
{{- end }}

{{/* What no process of ours needs, it does not get. */}}
{{- define "sdfleet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "sdfleet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Best effort: one zone and one node more are worth having, but no reason to leave a pod waiting. */}}
{{- define "sdfleet.spread" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- . | nindent 6 }}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- . | nindent 6 }}
{{- end }}

{{/* Environment of every service: broker, artifacts, models. Later entries use earlier ones by $(NAME). */}}
{{- define "sdfleet.env" -}}
- name: RABBITMQ_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .Values.rabbitmq.secret.name }}
      key: {{ .Values.rabbitmq.secret.usernameKey }}
- name: RABBITMQ_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.rabbitmq.secret.name }}
      key: {{ .Values.rabbitmq.secret.passwordKey }}
- name: SdFleet__Transport__Kind
  value: RabbitMq
- name: SdFleet__Transport__Uri
  value: "{{ ternary "amqps" "amqp" .Values.rabbitmq.tls }}://$(RABBITMQ_USERNAME):$(RABBITMQ_PASSWORD)@{{ include "sdfleet.rabbitmqHost" . }}:{{ include "sdfleet.rabbitmqPort" . }}/{{ .Values.rabbitmq.vhost | trimPrefix "/" }}"
{{ include "sdfleet.env.store" (list "SdFleet__Artifacts" .Values.artifacts .Values.artifacts.kind) }}
{{- range $i, $place := .Values.artifacts.exportPlaces }}
- name: SdFleet__Artifacts__ExportPlaces__{{ $i }}
  value: {{ $place | quote }}
{{- end }}
{{- range $i, $model := .Values.models }}
- name: SdFleet__Models__{{ $i }}__Name
  value: {{ $model.name | quote }}
{{- range $key, $value := omit (default dict $model.spec) "sizes" }}
- name: SdFleet__Models__{{ $i }}__{{ title $key }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- if $model.pricePerGpuHour }}
- name: SdFleet__Models__{{ $i }}__PricePerGpuHour
  value: {{ $model.pricePerGpuHour | toString | quote }}
{{- end }}
{{- if $model.clipFolder }}
- name: SdFleet__Models__{{ $i }}__HasClip
  value: "true"
{{- end }}
{{- range $j, $size := (default dict $model.spec).sizes }}
- name: SdFleet__Models__{{ $i }}__Sizes__{{ $j }}__Width
  value: {{ $size.width | quote }}
- name: SdFleet__Models__{{ $i }}__Sizes__{{ $j }}__Height
  value: {{ $size.height | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sdfleet.env.telemetry" -}}
{{- if .Values.telemetry.endpoint -}}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.telemetry.endpoint | quote }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: "k8s.namespace.name={{ .Release.Namespace }}"
{{- end }}
{{- end }}

{{/* Where the broker's policies are set, and looked at, as the same user as in SdFleet__Transport__Uri. */}}
{{- define "sdfleet.env.management" -}}
{{- if .Values.rabbitmq.policies -}}
- name: SdFleet__Transport__Management
  value: "{{ ternary "https" "http" .Values.rabbitmq.tls }}://{{ include "sdfleet.rabbitmqHost" . }}:{{ include "sdfleet.rabbitmqManagementPort" . }}"
{{- end }}
{{- end }}

{{/* An artifact store: list of the section's prefix, its values, and its kind. */}}
{{- define "sdfleet.env.store" -}}
{{- $prefix := index . 0 -}}
{{- $store := index . 1 -}}
- name: {{ $prefix }}__Kind
  value: {{ index . 2 }}
{{- if eq (index . 2) "Folder" }}
- name: {{ $prefix }}__Path
  value: /artifacts
{{- else }}
- name: {{ $prefix }}__Container
  value: {{ $store.container }}
{{- if $store.connectionStringSecret.name }}
- name: {{ $prefix }}__ConnectionString
  valueFrom:
    secretKeyRef:
      name: {{ $store.connectionStringSecret.name }}
      key: {{ $store.connectionStringSecret.key }}
{{- else }}
- name: {{ $prefix }}__ServiceUri
  value: {{ $store.serviceUri | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sdfleet.env.jobStore" -}}
- name: POSTGRES_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .Values.postgres.secret.name }}
      key: {{ .Values.postgres.secret.usernameKey }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.postgres.secret.name }}
      key: {{ .Values.postgres.secret.passwordKey }}
- name: SdFleet__JobStore__Kind
  value: Postgres
- name: SdFleet__JobStore__ConnectionString
  value: "Host={{ include "sdfleet.postgresHost" . }};Port={{ .Values.postgres.port }};Database={{ .Values.postgres.database }};Username=$(POSTGRES_USERNAME);Password='$(POSTGRES_PASSWORD)';SSL Mode={{ ternary "Disable" .Values.postgres.sslMode .Values.postgres.inChart.enabled }}"
{{- end }}


{{/* What API and coordinator know of webhooks: both check a submission, the coordinator signs. */}}
{{- define "sdfleet.env.webhooks" -}}
{{- if .Values.webhooks.secretsSecret -}}
- name: SdFleet__Webhooks__AllowHttp
  value: {{ .Values.webhooks.allowHttp | quote }}
- name: SdFleet__Webhooks__AllowPrivateAddresses
  value: {{ .Values.webhooks.allowPrivateAddresses | quote }}
{{- end }}
{{- end }}

{{/* Whether any model's weights come from blob storage. */}}
{{- define "sdfleet.fetchesModels" -}}
{{- range .Values.models }}{{ if .weights.blob }}true{{ end }}{{ end -}}
{{- end }}
