# Who the pods are: an identity for each service, bound to its service account, with the least it needs.

locals {
  # Service -> what it may do to the pictures.
  services = {
    # It stores the sources of batches and uploaded pictures.
    api = "Storage Blob Data Contributor"
    # It writes datasets, and removes uploads that nobody needs any more.
    coordinator = "Storage Blob Data Contributor"
    worker      = "Storage Blob Data Contributor"
  }
}

resource "azurerm_user_assigned_identity" "service" {
  for_each = local.services

  name                = "${var.name}-${each.key}"
  location            = azurerm_resource_group.fleet.location
  resource_group_name = azurerm_resource_group.fleet.name
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "service" {
  for_each = local.services

  name                = "${var.release}-${each.key}"
  resource_group_name = azurerm_resource_group.fleet.name
  parent_id           = azurerm_user_assigned_identity.service[each.key].id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = azurerm_kubernetes_cluster.fleet.oidc_issuer_url
  subject             = "system:serviceaccount:${var.namespace}:${var.release}-${each.key}"
}

resource "azurerm_role_assignment" "images" {
  for_each = local.services

  scope                = azurerm_storage_container.images.id
  role_definition_name = each.value
  principal_id         = azurerm_user_assigned_identity.service[each.key].principal_id
}

# Workers fetch models, and cannot change them.
resource "azurerm_role_assignment" "models" {
  scope                = azurerm_storage_container.models.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.service["worker"].principal_id
}

# Who applies this. To own a subscription is no right to what is in its cluster (which has no local accounts), its containers or its Grafana.
data "azurerm_client_config" "current" {}

resource "azurerm_role_assignment" "operator" {
  for_each = {
    "Azure Kubernetes Service RBAC Cluster Admin" = azurerm_kubernetes_cluster.fleet.id
    "Storage Blob Data Contributor"               = azurerm_storage_container.models.id
    "Grafana Admin"                               = azurerm_dashboard_grafana.fleet.id
  }

  scope                = each.value
  role_definition_name = each.key
  principal_id         = data.azurerm_client_config.current.object_id
}
