{{/* What a component may reach: one rule for each thing it uses. */}}
{{- define "sdfleet.netpol.dns" -}}
# Names.
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
{{/* The broker: list of the root context and whether its HTTP interface is used too. */}}
{{- define "sdfleet.netpol.rabbitmq" -}}
{{- $root := index . 0 -}}
- to:
    {{- if $root.Values.rabbitmq.inChart.enabled }}
    - podSelector:
        matchLabels:
          {{- include "sdfleet.selector" (list $root "rabbitmq") | nindent 10 }}
    {{- else }}
    {{- toYaml $root.Values.networkPolicy.peers.rabbitmq | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ include "sdfleet.rabbitmqPort" $root }}
    {{- if index . 1 }}
    - port: {{ include "sdfleet.rabbitmqManagementPort" $root }}
    {{- end }}
{{- end }}
{{- define "sdfleet.netpol.postgres" -}}
- to:
    {{- if .Values.postgres.inChart.enabled }}
    - podSelector:
        matchLabels:
          {{- include "sdfleet.selector" (list . "postgres") | nindent 10 }}
    {{- else }}
    {{- toYaml .Values.networkPolicy.peers.postgres | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ .Values.postgres.port }}
{{- end }}
{{- define "sdfleet.netpol.blob" -}}
- to:
    {{- toYaml .Values.networkPolicy.peers.blob | nindent 4 }}
  ports:
    - port: 443
{{- end }}
{{- define "sdfleet.netpol.identity" -}}
# Where a pod's identity is exchanged for a token.
- to:
    {{- toYaml .Values.networkPolicy.peers.identity | nindent 4 }}
  ports:
    - port: 443
{{- end }}
{{- define "sdfleet.netpol.webhooks" -}}
# Receivers of webhooks.
- to:
    {{- toYaml .Values.networkPolicy.peers.webhooks | nindent 4 }}
  ports:
    {{- range .Values.networkPolicy.webhookPorts }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- define "sdfleet.netpol.telemetry" -}}
{{- $port := regexFind ":[0-9]+" (urlParse .Values.telemetry.endpoint).host | trimPrefix ":" | default (ternary "443" "80" (hasPrefix "https" .Values.telemetry.endpoint)) -}}
- to:
    {{- toYaml .Values.networkPolicy.peers.telemetry | nindent 4 }}
  ports:
    - port: {{ $port }}
{{- end }}
