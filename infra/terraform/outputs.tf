output "helm_values" {
  description = "Values of the chart that follow from this; your models and API keys come beside them."

  value = templatefile("${path.module}/helm-values.yaml.tftpl", {
    rabbitmq_host         = local.rabbitmq.host
    rabbitmq_vhost        = local.rabbitmq.vhost
    postgres_host         = azurerm_postgresql_flexible_server.fleet.fqdn
    postgres_database     = azurerm_postgresql_flexible_server_database.fleet.name
    blob_uri              = azurerm_storage_account.fleet.primary_blob_endpoint
    images_container      = azurerm_storage_container.images.name
    models_container      = azurerm_storage_container.models.name
    api_client_id         = azurerm_user_assigned_identity.service["api"].client_id
    coordinator_client_id = azurerm_user_assigned_identity.service["coordinator"].client_id
    worker_client_id      = azurerm_user_assigned_identity.service["worker"].client_id
  })
}

output "secrets" {
  description = "Users and passwords for the two Secrets that the chart refers to."
  sensitive   = true

  value = {
    rabbitmq = { username = local.rabbitmq.user, password = local.rabbitmq.password }
    postgres = { username = "sdfleet", password = random_password.postgres.result }
  }
}

output "cluster" {
  description = "Name of the cluster and of its resource group, for az aks get-credentials."

  value = {
    name           = azurerm_kubernetes_cluster.fleet.name
    resource_group = azurerm_resource_group.fleet.name
  }
}
