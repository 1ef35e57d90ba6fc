# The cluster: a small pool for the services, GPU nodes on spot, and a few on demand. Both GPU pools scale to nothing.

resource "azurerm_kubernetes_cluster" "fleet" {
  name                      = "${var.name}-aks"
  location                  = azurerm_resource_group.fleet.location
  resource_group_name       = azurerm_resource_group.fleet.name
  dns_prefix                = var.name
  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"

  # Pods sign in as identities of their own (identity.tf).
  oidc_issuer_enabled       = true
  workload_identity_enabled = true
  local_account_disabled    = true

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled = true
  }

  default_node_pool {
    name                 = "system"
    vm_size              = "Standard_D4ds_v5"
    auto_scaling_enabled = true
    min_count            = 2
    max_count            = 5
    vnet_subnet_id       = azurerm_subnet.nodes.id
    zones                = ["1", "2", "3"]

    upgrade_settings {
      max_surge = "33%"
    }
  }

  identity {
    type = "SystemAssigned"
  }

  # The chart's NetworkPolicies are kept by Cilium.
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_policy      = "cilium"
    network_data_plane  = "cilium"
    pod_cidr            = "192.168.0.0/16"
    service_cidr        = "10.21.0.0/16"
    dns_service_ip      = "10.21.0.10"
  }

  # KEDA as AKS runs it, in kube-system.
  workload_autoscaler_profile {
    keda_enabled = true
  }

  auto_scaler_profile {
    # The chart's drain.nodeGraceSeconds.
    max_graceful_termination_sec = "600"
    # A GPU node costs while nobody uses it; starting one again takes minutes.
    scale_down_unneeded = "5m"
  }

  oms_agent {
    log_analytics_workspace_id      = azurerm_log_analytics_workspace.fleet.id
    msi_auth_for_monitoring_enabled = true
  }

  monitor_metrics {}

  tags = local.tags
}

resource "azurerm_kubernetes_cluster_node_pool" "gpu_spot" {
  name                  = "gpuspot"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.fleet.id
  vm_size               = var.gpu_vm_size
  vnet_subnet_id        = azurerm_subnet.nodes.id
  priority              = "Spot"
  eviction_policy       = "Delete"
  # Up to the price on demand.
  spot_max_price       = -1
  auto_scaling_enabled = true
  min_count            = 0
  max_count            = var.gpu_spot_max_nodes
  # Room for images and for models kept on the node.
  os_disk_size_gb = 256

  node_labels = {
    "sdfleet.io/pool"                       = "gpu-spot"
    "kubernetes.azure.com/scalesetpriority" = "spot"
  }

  node_taints = [
    "kubernetes.azure.com/scalesetpriority=spot:NoSchedule",
    "nvidia.com/gpu=present:NoSchedule",
  ]

  tags = local.tags
}

resource "azurerm_kubernetes_cluster_node_pool" "gpu" {
  name                  = "gpu"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.fleet.id
  vm_size               = var.gpu_vm_size
  vnet_subnet_id        = azurerm_subnet.nodes.id
  auto_scaling_enabled  = true
  min_count             = 0
  max_count             = var.gpu_max_nodes
  os_disk_size_gb       = 256

  node_labels = {
    "sdfleet.io/pool" = "gpu"
  }

  node_taints = ["nvidia.com/gpu=present:NoSchedule"]

  tags = local.tags
}
